//! Which MongoDB the settings mean, and how it is reached.

use crate::config::Config;
use myna_store::{MongoUrl, StoreUrl};
use std::ffi::OsString;
use std::io::Write;

fn read(args: &[&str]) -> Result<StoreUrl, String> {
    let args = std::iter::once("myna").chain(args.iter().copied()).map(OsString::from).collect();
    Config::read(args).map(|config| config.store).map_err(|error| error.to_string())
}

fn mongo(args: &[&str]) -> MongoUrl {
    match read(args) {
        Ok(StoreUrl::Mongo(url)) => url,
        other => panic!("{args:?} means {other:?}"),
    }
}

/// Settings, and an option that they have to leave in the address.
type Case<'a> = (&'a [&'a str], &'a str, &'a str);

#[test]
fn an_explicit_store_wins_over_an_address_and_an_address_over_its_parts() {
    let (uri, host) = ("--mongo-uri=mongodb://two", "--mongo-host=three");
    for (args, expected) in [
        (&[][..], "sqlite:data/myna.db"),
        (&[host], "mongodb://three/myna"),
        (&[host, uri], "mongodb://two/myna"),
        (&[host, uri, "--store=mongodb://one/chat"], "mongodb://one/chat"),
        (&[host, uri, "--store=sqlite:x.db"], "sqlite:x.db"),
        (&[host, uri, "--store=sqlite:data/myna.db"], "sqlite:data/myna.db"),
        (&[host, uri, "--store=memory:"], "memory:"),
        (&[host, "--mongo-uri="], "mongodb://three/myna"),
        (&["--mongo-host=", "--mongo-db=", "--mongo-password="], "sqlite:data/myna.db"),
        (&["--store=memory:", "--mongo-db=chat", "--mongo-uri=nonsense"], "memory:"),
        (&["--mongo-max-pool-size=5"], "sqlite:data/myna.db"),
    ] {
        assert_eq!(read(args).unwrap().to_string(), expected, "{args:?}");
    }
}

#[test]
fn a_file_can_name_mongodb_too() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let text = "mongo_host = \"one,two\"\nmongo_port = 27018\nmongo_username = \"ann\"\nmongo_password = \"p@ss\"\n\
        mongo_replica_set = \"rs0\"\nmongo_use_ssl = true\nmongo_max_pool_size = 7\n";
    file.write_all(text.as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let url = mongo(&["--config", path, "--mongo-max-pool-size=8"]);
    assert!(url.expose().starts_with("mongodb://ann:p%40ss@one:27018,two:27018/myna?"), "{}", url.expose());
    for (name, value) in [("replicaSet", "rs0"), ("tls", "true"), ("maxPoolSize", "8"), ("authSource", "admin")] {
        assert_eq!(url.option(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(read(&["--config", path, "--store", "memory:"]), Ok(StoreUrl::Memory));
}

#[test]
fn settings_of_tls_pool_and_timeouts_are_put_on_top_of_any_address() {
    let ca = tempfile::NamedTempFile::new().unwrap();
    let ca = ca.path().to_str().unwrap();
    let ca_flag = format!("--mongo-ssl-ca-certs={ca}");
    let cases: &[Case] = &[
        (&["--mongo-use-ssl=true"], "tls", "true"),
        (&["--mongo-use-ssl=0"], "tls", "false"),
        (&["--mongo-ssl-cert-reqs=required"], "tlsAllowInvalidCertificates", "false"),
        (&["--mongo-ssl-cert-reqs=optional"], "tlsAllowInvalidCertificates", "false"),
        (&["--mongo-ssl-cert-reqs=CERT_NONE"], "tlsAllowInvalidCertificates", "true"),
        (&[&ca_flag], "tlsCAFile", ca),
        (&[], "maxPoolSize", "3"),
        (&["--mongo-max-pool-size=30"], "maxPoolSize", "30"),
        (&["--mongo-min-pool-size=2"], "minPoolSize", "2"),
        (&["--mongo-max-idle-time-ms=60000"], "maxIdleTimeMS", "60000"),
        (&["--mongo-connect-timeout-ms=200"], "connectTimeoutMS", "200"),
        (&["--mongo-server-selection-timeout-ms=300"], "serverSelectionTimeoutMS", "300"),
        (&["--mongo-replica-set=rs0"], "replicaSet", "rs0"),
    ];
    for (args, name, value) in cases {
        let address = "mongodb://one/chat?maxPoolSize=3";
        for named in [format!("--store={address}"), format!("--mongo-uri={address}")] {
            let args: Vec<&str> = args.iter().copied().chain([named.as_str()]).collect();
            let url = mongo(&args);
            assert_eq!(url.option(name).as_deref(), Some(*value), "{args:?}");
            assert_eq!(url.to_string(), "mongodb://one/chat", "{args:?}");
        }
    }
    let url = mongo(&["--mongo-host=one"]);
    assert_eq!(url.option("maxPoolSize").as_deref(), Some("100"));
    assert_eq!(url.option("tls"), None);
}

#[test]
fn settings_that_make_no_address_are_refused_by_their_names() {
    for (args, expected) in [
        (&["--mongo-uri=postgres://one"][..], "'--mongo-uri <URL>': the scheme"),
        (&["--mongo-uri=mongodb://one:x"], "the port of host 1"),
        (&["--store=mongodb://one?maxPolSize=1"], "did you mean maxPoolSize?"),
        (&["--mongo-host=one two"], "'--mongo-host': the host 1"),
        (&["--mongo-host=mongodb://one"], "'--mongo-host'"),
        (&["--mongo-host=one", "--mongo-port=0"], "--mongo-port"),
        (&["--mongo-host=one", "--mongo-port=many"], "--mongo-port"),
        (&["--mongo-host=one:x"], "'--mongo-port'"),
        (&["--mongo-host=one", "--mongo-db=my.chat"], "'--mongo-db'"),
        (&["--mongo-host=one", "--mongo-username=ann"], "'--mongo-password'"),
        (&["--mongo-db=chat"], "--mongo-db is set, but"),
        (&["--mongo-port=27018"], "--mongo-port is set, but"),
        (&["--mongo-host=one", "--mongo-use-ssl=perhaps"], "--mongo-use-ssl"),
        (&["--mongo-host=one", "--mongo-ssl-cert-reqs=some"], "required"),
        (&["--mongo-host=one", "--mongo-ssl-ca-certs=/nowhere/ca.pem"], "/nowhere/ca.pem"),
        (&["--mongo-uri=mongodb://one?tlsCAFile=/nowhere/ca.pem"], "tlsCAFile"),
        (&["--mongo-host=one", "--mongo-use-ssl=false", "--mongo-ssl-cert-reqs=none"], "'--mongo-ssl-cert-reqs'"),
        (&["--mongo-uri=mongodb://one?tlsInsecure=true", "--mongo-use-ssl=false"], "the option tlsInsecure"),
        (&["--mongo-host=one", "--mongo-max-pool-size=0"], "--mongo-max-pool-size"),
        (&["--mongo-host=one", "--mongo-max-pool-size=5", "--mongo-min-pool-size=6"], "'--mongo-min-pool-size'"),
        (&["--mongo-host=one", "--mongo-connect-timeout-ms=0"], "'--mongo-connect-timeout-ms'"),
        (&["--mongo-host=one", "--mongo-max-idle-time-ms=99999999999"], "'--mongo-max-idle-time-ms'"),
        (&["--mongo-uri=mongodb://one?replicaSet=a", "--mongo-replica-set=b"], "'--mongo-replica-set'"),
    ] {
        let error = read(args).unwrap_err();
        assert!(error.starts_with("error: ") && error.contains(expected), "{args:?}: {error}");
    }
}
