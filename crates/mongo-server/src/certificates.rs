//! Certificates for a server with TLS: a new authority, and a certificate for loopback that it signs.

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use std::path::{Path, PathBuf};

/// The PEM files of one server.
#[derive(Debug, Clone)]
pub(crate) struct Certificates {
    /// The authority that a client must trust.
    pub(crate) authority: PathBuf,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// The certificate and its key in one file.
    pub(crate) both: PathBuf,
}

impl Certificates {
    /// Creates new ones in this folder.
    pub(crate) fn make(folder: &Path) -> anyhow::Result<Self> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.distinguished_name.push(DnType::CommonName, "an authority for one test");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate()?;
        let authority_pem = authority.self_signed(&authority_key)?.pem();
        let issuer = Issuer::new(authority, authority_key);

        let mut server = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        server.distinguished_name.push(DnType::CommonName, "localhost");
        // A member of a replica set is also a client of the others.
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate()?;
        let certificate_pem = server.signed_by(&key, &issuer)?.pem();
        let key_pem = key.serialize_pem();

        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            anyhow::Ok(path)
        };
        Ok(Self {
            authority: write("authority.pem", &authority_pem)?,
            certificate: write("certificate.pem", &certificate_pem)?,
            key: write("key.pem", &key_pem)?,
            both: write("both.pem", &format!("{certificate_pem}{key_pem}"))?,
        })
    }
}
