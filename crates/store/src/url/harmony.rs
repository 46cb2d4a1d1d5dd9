//! Checks that the parts of a MongoDB address fit together.

use super::address::Address;
use super::invalid::{InvalidMongoUrl, UrlPart};

/// Refuses an address whose parts are valid but contradict each other.
pub(super) fn check(address: &Address) -> Result<(), InvalidMongoUrl> {
    check_hosts(address)?;
    check_tls(address)?;
    check_credentials(address)?;
    let options = &address.options;
    if let (Some(least), Some(most)) = (options.number("minPoolSize"), options.number("maxPoolSize"))
        && least > most
    {
        return Err(UrlPart::option("minPoolSize").refused(format!("is greater than maxPoolSize, which is {most}")));
    }
    Ok(())
}

/// Checks the hosts against the options about them.
fn check_hosts(address: &Address) -> Result<(), InvalidMongoUrl> {
    let options = &address.options;
    let refused = |name: &str, why: &'static str| Err(UrlPart::option(name).refused(why));
    let many = address.hosts.len() > 1;
    let direct = options.is_on("directConnection");
    let balanced = options.is_on("loadBalanced");
    let replica_set = options.get("replicaSet").is_some();
    let some_hosts = options.number("srvMaxHosts").is_some_and(|most| most > 0);
    if direct && address.srv {
        return refused("directConnection", "is true, but with mongodb+srv:// DNS lists the hosts");
    }
    if direct && many {
        return refused("directConnection", "is true, but there are several hosts");
    }
    if balanced && many {
        return refused("loadBalanced", "is true, but there are several hosts");
    }
    if balanced && direct {
        return refused("loadBalanced", "is true, and so is directConnection");
    }
    if balanced && replica_set {
        return refused("replicaSet", "is set, but loadBalanced is true");
    }
    if !address.srv {
        for name in ["srvMaxHosts", "srvServiceName"] {
            if options.get(name).is_some() {
                return refused(name, "is for mongodb+srv:// only");
            }
        }
    }
    if some_hosts && replica_set {
        return refused("srvMaxHosts", "is set, and so is replicaSet");
    }
    if some_hosts && balanced {
        return refused("srvMaxHosts", "is set, but loadBalanced is true");
    }
    Ok(())
}

fn check_tls(address: &Address) -> Result<(), InvalidMongoUrl> {
    let options = &address.options;
    if options.get("tls") == Some("false") {
        for name in ["tlsCAFile", "tlsCertificateKeyFile", "tlsAllowInvalidCertificates", "tlsInsecure"] {
            if options.get(name).is_some() {
                return Err(UrlPart::option(name).refused("is set, but tls is false"));
            }
        }
    }
    if options.get("tlsInsecure").is_some() && options.get("tlsAllowInvalidCertificates").is_some() {
        return Err(
            UrlPart::option("tlsInsecure").refused("is set, and so is tlsAllowInvalidCertificates: keep one of them")
        );
    }
    Ok(())
}

/// Checks that the address has the credentials that its authentication mechanism needs.
fn check_credentials(address: &Address) -> Result<(), InvalidMongoUrl> {
    let options = &address.options;
    let tls = options.is_on("tls")
        || (options.get("tls").is_none()
            && (address.srv || options.get("tlsCAFile").is_some() || options.get("tlsCertificateKeyFile").is_some()));
    match (options.get("authMechanism"), &address.user, &address.password) {
        (None, None, None) => Ok(()),
        (Some("MONGODB-X509"), _, Some(_)) => {
            Err(UrlPart::Password.refused("must be left out: authMechanism uses a certificate instead"))
        }
        (Some("MONGODB-X509"), ..) => {
            if options.get("authSource").is_some_and(|source| source != "$external") {
                return Err(UrlPart::option("authSource").refused("must be $external: authMechanism is MONGODB-X509"));
            }
            if options.get("tlsCertificateKeyFile").is_none() {
                return Err(
                    UrlPart::option("authMechanism").refused("is MONGODB-X509, which needs tlsCertificateKeyFile")
                );
            }
            Ok(())
        }
        (Some("PLAIN"), ..) if !tls => {
            Err(UrlPart::option("authMechanism")
                .refused("is PLAIN, which sends the password in clear text: set tls=true"))
        }
        (_, None, None) => Err(UrlPart::User.refused("is missing, but authMechanism is set")),
        (_, None, Some(_)) => Err(UrlPart::User.refused("is missing, but there is a password")),
        (_, Some(_), None) => Err(UrlPart::Password.refused("is missing, but there is a user")),
        (_, Some(_), Some(_)) => Ok(()),
    }
}
