//! Which addresses are accepted, and which errors the others get.

use super::*;
use proptest::prelude::*;

fn url(text: &str) -> MongoUrl {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> InvalidMongoUrl {
    text.parse::<MongoUrl>().expect_err(text)
}

fn option(name: &str) -> UrlPart {
    UrlPart::option(name)
}

#[test]
fn an_address_is_completed_with_a_database_a_pool_and_timeouts() {
    for (text, place, database) in [
        ("mongodb://one", "mongodb://one/myna", "myna"),
        ("mongodb://one/", "mongodb://one/myna", "myna"),
        ("mongodb://one?", "mongodb://one/myna", "myna"),
        (" mongodb://one:27018,two/chat ", "mongodb://one:27018,two/chat", "chat"),
        ("mongodb://[::1]:27018/chat", "mongodb://[::1]:27018/chat", "chat"),
        ("mongodb://[fe80::1],127.0.0.1:1", "mongodb://[fe80::1],127.0.0.1:1/myna", "myna"),
        ("mongodb://%2Ftmp%2Fmongodb-27017.sock/chat", "mongodb://%2Ftmp%2Fmongodb-27017.sock/chat", "chat"),
        ("mongodb+srv://cluster.example/chat", "mongodb+srv://cluster.example/chat", "chat"),
    ] {
        let url = url(text);
        assert_eq!((url.to_string().as_str(), url.database()), (place, database), "{text}");
        assert_eq!(url.option("maxPoolSize").as_deref(), Some("100"), "{text}");
        assert_eq!(url.option("connectTimeoutMS").as_deref(), Some("5000"), "{text}");
        assert_eq!(url.option("serverSelectionTimeoutMS").as_deref(), Some("5000"), "{text}");
        assert_eq!(url.expose().parse::<MongoUrl>(), Ok(url.clone()), "it is complete: {text}");
    }
}

#[test]
fn what_an_address_says_itself_stays() {
    let text = "mongodb://one/chat?MAXPOOLSIZE=7&connectTimeoutMS=1&serverselectiontimeoutms=2&appName=a%20b&ssl=true";
    let url = url(text);
    let said: Vec<_> = ["maxPoolSize", "connectTimeoutMS", "serverSelectionTimeoutMS", "appName", "tls"]
        .into_iter()
        .map(|name| url.option(name).unwrap_or_default())
        .collect();
    assert_eq!(said, ["7", "1", "2", "a b", "true"]);
}

#[test]
fn users_are_known_where_mongodb_would_look_for_them() {
    for (text, source) in [
        ("mongodb://ann:pw@one", Some("admin")),
        ("mongodb://ann:pw@one/chat", None),
        ("mongodb://ann:pw@one/?authSource=people", Some("people")),
        ("mongodb://ann:pw@one/?authMechanism=PLAIN&tls=true", Some("$external")),
        ("mongodb://one/?authMechanism=MONGODB-X509&tlsCertificateKeyFile=/key.pem", None),
        ("mongodb://one", None),
    ] {
        assert_eq!(url(text).option("authSource").as_deref(), source, "{text}");
    }
}

#[test]
fn a_wrong_address_is_refused_with_the_part_that_is_wrong() {
    for (text, part) in [
        ("", UrlPart::Scheme),
        ("one:27017", UrlPart::Scheme),
        ("postgres://one", UrlPart::Scheme),
        ("MONGODB://one", UrlPart::Scheme),
        ("mongodb+tcp://one", UrlPart::Scheme),
        ("mongodb://:pw@one", UrlPart::User),
        ("mongodb://@one", UrlPart::User),
        ("mongodb://a/b:pw@one", UrlPart::User),
        ("mongodb://a%b:pw@one", UrlPart::User),
        ("mongodb://ann:@one", UrlPart::Password),
        ("mongodb://ann@one", UrlPart::Password),
        ("mongodb://ann:p@ss@one", UrlPart::Password),
        ("mongodb://ann:p/ss@one", UrlPart::Password),
        ("mongodb://ann:p:ss@one", UrlPart::Password),
        ("mongodb://ann:p#ss@one", UrlPart::Password),
        ("mongodb://ann:p%ss@one", UrlPart::Password),
        ("mongodb://ann:p%aéss@one", UrlPart::Password),
        ("mongodb://ann:p%ff@one", UrlPart::Password),
        ("mongodb://ann:p?ss@one/chat", UrlPart::Password),
        ("mongodb://ann:p@s?s@one/chat", UrlPart::Password),
        ("mongodb://", UrlPart::Host(1)),
        ("mongodb:///chat", UrlPart::Host(1)),
        ("mongodb://ann:pw@/chat", UrlPart::Host(1)),
        ("mongodb://one,,three", UrlPart::Host(2)),
        ("mongodb://one,", UrlPart::Host(2)),
        ("mongodb://:27017", UrlPart::Host(1)),
        ("mongodb://o ne", UrlPart::Host(1)),
        ("mongodb://ön", UrlPart::Host(1)),
        ("mongodb://::1", UrlPart::Host(1)),
        ("mongodb://one,fe80::1:27017", UrlPart::Host(2)),
        ("mongodb://[::1", UrlPart::Host(1)),
        ("mongodb://[one]:27017", UrlPart::Host(1)),
        ("mongodb://[::1]27017", UrlPart::Host(1)),
        ("mongodb:///tmp/mongodb.sock", UrlPart::Host(1)),
        ("mongodb+srv://one.example,two.example", UrlPart::Host(2)),
        ("mongodb+srv://127.0.0.1", UrlPart::Host(1)),
        ("mongodb+srv://%2Ftmp%2Fa.sock", UrlPart::Host(1)),
        ("mongodb+srv://one.example:27017", UrlPart::Port(1)),
        ("mongodb://one:", UrlPart::Port(1)),
        ("mongodb://one:0", UrlPart::Port(1)),
        ("mongodb://one:65536", UrlPart::Port(1)),
        ("mongodb://one:+1", UrlPart::Port(1)),
        ("mongodb://one,two:http", UrlPart::Port(2)),
        ("mongodb://[::1]:x", UrlPart::Port(1)),
        ("mongodb://one/my.na", UrlPart::Database),
        ("mongodb://one/my%20na", UrlPart::Database),
        ("mongodb://one/a/b", UrlPart::Database),
        ("mongodb://one/$where", UrlPart::Database),
        ("mongodb://one/a%", UrlPart::Database),
        ("mongodb://one/a%00b", UrlPart::Database),
        ("mongodb://one/admin", UrlPart::Database),
        ("mongodb://one/local?w=majority", UrlPart::Database),
        ("mongodb://one/?w", UrlPart::Options),
        ("mongodb://one/?w=majority&", UrlPart::Options),
        ("mongodb://one/?=1", UrlPart::Options),
        ("mongodb://one/?a b=1", UrlPart::Options),
        ("mongodb://one/?appName=%f", option("appName")),
        ("mongodb://one/?appName=", option("appName")),
        ("mongodb://one/?maxPoolSize=1&maxpoolsize=2", option("maxPoolSize")),
        ("mongodb://one/?maxPoolSize=0", option("maxPoolSize")),
        ("mongodb://one/?maxPoolSize=many", option("maxPoolSize")),
        ("mongodb://one/?maxPoolSize=-1", option("maxPoolSize")),
        ("mongodb://one/?maxPoolSize=4294967296", option("maxPoolSize")),
        ("mongodb://one/?minPoolSize=101", option("minPoolSize")),
        ("mongodb://one/?minPoolSize=6&maxPoolSize=5", option("minPoolSize")),
        ("mongodb://one/?connectTimeoutMS=0", option("connectTimeoutMS")),
        ("mongodb://one/?serverSelectionTimeoutMS=5s", option("serverSelectionTimeoutMS")),
        ("mongodb://one/?maxIdleTimeMS=18446744073709551615", option("maxIdleTimeMS")),
        ("mongodb://one/?heartbeatFrequencyMS=1", option("heartbeatFrequencyMS")),
        ("mongodb://one/?tls=yes", option("tls")),
        ("mongodb://one/?w=1", option("w")),
        ("mongodb://one/?w=0", option("w")),
        ("mongodb://one/?journal=false", option("journal")),
        ("mongodb://one/?readConcernLevel=local", option("readConcernLevel")),
        ("mongodb://one/?readPreference=secondaryPreferred", option("readPreference")),
        ("mongodb://one/?readPreferenceTags=dc:ny", option("readPreferenceTags")),
        ("mongodb://one/?retryWrites=false", option("retryWrites")),
        ("mongodb://one/?retryReads=false", option("retryReads")),
        ("mongodb://one/?socketTimeoutMS=1000", option("socketTimeoutMS")),
        ("mongodb://one/?compressors=zstd", option("compressors")),
        ("mongodb://one/?authMechanism=MONGODB-CR", option("authMechanism")),
        ("mongodb://one/?tls=true&ssl=false", option("tls")),
        ("mongodb://one/?tls=false&tlsCAFile=/ca.pem", option("tlsCAFile")),
        ("mongodb://one/?tlsCAFile=/ca.pem&tls=false", option("tlsCAFile")),
        ("mongodb://one/?tlsInsecure=true&tls=false", option("tlsInsecure")),
        ("mongodb://one/?tlsInsecure=true&tlsAllowInvalidCertificates=true", option("tlsInsecure")),
        ("mongodb://one,two/?directConnection=true", option("directConnection")),
        ("mongodb+srv://one.example/?directConnection=true", option("directConnection")),
        ("mongodb://one,two/?loadBalanced=true", option("loadBalanced")),
        ("mongodb://one/?loadBalanced=true&directConnection=true", option("loadBalanced")),
        ("mongodb://one/?loadBalanced=true&replicaSet=rs0", option("replicaSet")),
        ("mongodb://one/?replicaSet=rs0&replicaSet=rs1", option("replicaSet")),
        ("mongodb://one/?srvMaxHosts=2", option("srvMaxHosts")),
        ("mongodb+srv://one.example/?srvMaxHosts=2&replicaSet=rs0", option("srvMaxHosts")),
        ("mongodb://one/?srvServiceName=chat", option("srvServiceName")),
        ("mongodb://one/?authMechanism=SCRAM-SHA-256", UrlPart::User),
        ("mongodb://ann:pw@one/?authMechanism=PLAIN", option("authMechanism")),
        ("mongodb://ann:pw@one/?authMechanism=MONGODB-X509&tlsCertificateKeyFile=/k", UrlPart::Password),
        ("mongodb://ann@one/?authMechanism=MONGODB-X509", option("authMechanism")),
        ("mongodb://one/?authMechanism=MONGODB-X509&tlsCertificateKeyFile=/k&authSource=a", option("authSource")),
    ] {
        let error = refused(text);
        assert_eq!(error.part, part, "{text}: {error}");
        let sentence = error.to_string();
        assert!(sentence.starts_with(&format!("the {part} of the MongoDB address ")), "{text}: {sentence}");
        assert!(!sentence.ends_with('.'), "{sentence}");
    }
    let long = "a".repeat(64);
    assert_eq!(refused(&format!("mongodb://one/{long}")).part, UrlPart::Database);
    assert_eq!(refused(&format!("mongodb://one/?appName={}", "a".repeat(129))).part, option("appName"));
}

#[test]
fn a_misspelt_option_is_refused_with_the_one_that_was_meant() {
    for (name, meant) in [
        ("maxPolSize", Some("maxPoolSize")),
        ("maxPoolsizes", Some("maxPoolSize")),
        ("replicaset1", Some("replicaSet")),
        ("autSource", Some("authSource")),
        ("retryWrite", Some("retryWrites")),
        ("colourOfTheServer", None),
    ] {
        let error = refused(&format!("mongodb://one/?{name}=1"));
        assert_eq!(error.part, option(name));
        match meant {
            Some(meant) => assert!(error.to_string().contains(&format!("did you mean {meant}?")), "{error}"),
            None => assert!(error.to_string().ends_with("is unknown"), "{error}"),
        }
    }
}

#[test]
fn a_password_is_in_no_refusal_however_it_was_written() {
    for text in [
        "mongodb://ann:sesame@",
        "mongodb://ann:ses?ame@one",
        "mongodb://ann:ses&sesame=1?sesame=2@one",
        "mongodb://ann:sesame@sesame@one",
        "mongodb://ann:sesame@one:sesame",
        "mongodb://ann:sesame%@one",
        "mongodb://ann:sesame",
        "mongodb://ann:ses/ame",
        "mongodb://ann:x?sesame",
        "mongodb://ann:x@one/?sesame",
        "mongodb://ann:x@one/?a-b=sesame",
        "mongodb://ann:x@one/?appName=sesame%",
        "mongodb://ann:x@one/?tls=sesame",
        "mongodb://ann:x@one/?authMechanism=sesame",
        "mongodb://ann:x@one/?authMechanismProperties=sesame",
        "mongodb://ann:x@one/?tlsCertificateKeyFilePassword=sesame",
        "ann:sesame@one",
        "sesame://ann",
    ] {
        let error = refused(text);
        let told = format!("{error} {error:?}");
        assert!(!told.contains("same") && !told.contains("ses"), "{text}: {told}");
    }
}

#[test]
fn what_the_driver_says_is_passed_on_without_secrets() {
    let address = Address::parse("mongodb://ann:sesame@one").expect("it is an address");
    let said = |message: &str| {
        let error = mongodb::error::Error::custom(message.to_owned());
        refused_by_driver(&error, &address).to_string()
    };
    assert!(said("sesame is wrong").ends_with("are refused by MongoDB's driver"));
    let error = ConnectionString::parse("mongodb://one/?maxStalenessSeconds=-7").expect_err("it is wrong");
    assert!(refused_by_driver(&error, &address).to_string().contains("maxStalenessSeconds"));
    let error = ConnectionString::parse("sesame://one").expect_err("it is wrong");
    assert!(error.to_string().contains("sesame"), "{error}");
    assert!(!refused_by_driver(&error, &address).to_string().contains("sesame"));
}

#[test]
fn an_address_can_be_made_of_parts() {
    let parts = |hosts: &str| MongoParts { hosts: hosts.to_owned(), ..Default::default() };
    for (parts, expected) in [
        (parts("one"), "mongodb://one/myna"),
        (parts("one, two:1"), "mongodb://one,two:1/myna"),
        (
            MongoParts { port: Some(5), ..parts("one,two:1,[::1],[::1]:2,127.0.0.1") },
            "mongodb://one:5,two:1,[::1]:5,[::1]:2,127.0.0.1:5/myna",
        ),
        (
            MongoParts { port: Some(5), database: Some("chat".to_owned()), ..parts("%2Fa.sock") },
            "mongodb://%2Fa.sock/chat",
        ),
    ] {
        assert_eq!(MongoUrl::from_parts(&parts).expect(expected).to_string(), expected);
    }
    let full = MongoParts {
        username: Some("a:b@c".to_owned()),
        password: Some("p/w?#[]%é".to_owned()),
        replica_set: Some("rs 0".to_owned()),
        database: Some("chat".to_owned()),
        ..parts("one")
    };
    let url = MongoUrl::from_parts(&full).expect("it is an address");
    assert!(url.expose().starts_with("mongodb://a%3Ab%40c:p%2Fw%3F%23%5B%5D%25%C3%A9@one/chat?"), "{}", url.expose());
    let read = Address::parse(url.expose()).expect("it is an address");
    assert_eq!((read.user, read.password), (full.username.clone(), full.password.clone()));
    assert_eq!(url.option("replicaSet").as_deref(), Some("rs 0"));
    assert_eq!(url.option("authSource").as_deref(), Some("admin"), "also where a database is named");
    let elsewhere = MongoUrl::from_parts(&MongoParts { auth_source: Some("chat".to_owned()), ..full });
    assert_eq!(elsewhere.expect("it is an address").option("authSource").as_deref(), Some("chat"));
}

#[test]
fn wrong_parts_are_refused_by_their_names() {
    let parts = |hosts: &str| MongoParts { hosts: hosts.to_owned(), ..Default::default() };
    let some = |text: &str| Some(text.to_owned());
    for (parts, part) in [
        (parts(""), UrlPart::Host(1)),
        (parts("one,"), UrlPart::Host(2)),
        (parts("mongodb://one"), UrlPart::Host(1)),
        (parts("ann:sesame@one"), UrlPart::Host(1)),
        (parts("one/chat"), UrlPart::Host(1)),
        (parts("one?w=1"), UrlPart::Host(1)),
        (parts("one:many"), UrlPart::Port(1)),
        (MongoParts { database: some("my na"), ..parts("one") }, UrlPart::Database),
        (MongoParts { database: some("admin"), ..parts("one") }, UrlPart::Database),
        (MongoParts { username: some("ann"), ..parts("one") }, UrlPart::Password),
        (MongoParts { password: some("sesame"), ..parts("one") }, UrlPart::User),
        (MongoParts { replica_set: some(""), ..parts("one") }, option("replicaSet")),
    ] {
        let error = MongoUrl::from_parts(&parts).expect_err("it is wrong");
        assert_eq!(error.part, part, "{}: {error}", parts.hosts);
        assert!(!error.to_string().contains("sesame"), "{error}");
    }
}

#[test]
fn options_that_are_put_on_top_win_and_have_to_fit() {
    let url = url("mongodb://ann:pw@one/chat?ssl=false&maxPoolSize=5&appName=x");
    let with = |options: &[(&str, &str)]| {
        let options: Vec<_> = options.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        url.with_options(&options)
    };
    let changed = with(&[("tls", "true"), ("maxPoolSize", "50"), ("minPoolSize", "20")]).expect("they fit");
    for (name, value) in [("tls", "true"), ("maxPoolSize", "50"), ("minPoolSize", "20"), ("appName", "x")] {
        assert_eq!(changed.option(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!(changed.database(), "chat");
    assert_eq!(with(&[]), Ok(url.clone()));
    for (options, part) in [
        (&[("minPoolSize", "6")][..], option("minPoolSize")),
        (&[("tlsCAFile", "/ca.pem")], option("tlsCAFile")),
        (&[("maxIdleTimeMS", "soon")], option("maxIdleTimeMS")),
        (&[("colour", "red")], option("colour")),
    ] {
        assert_eq!(with(options).expect_err("they do not fit").part, part);
    }
}

#[test]
fn the_files_that_an_address_names_can_be_asked_for() {
    let text = "mongodb://one/?tlsCAFile=%2Fetc%2Fca.pem&tlsCertificateKeyFile=/etc/key.pem";
    let expected = [("tlsCAFile", "/etc/ca.pem".into()), ("tlsCertificateKeyFile", "/etc/key.pem".into())];
    assert_eq!(url(text).files(), expected);
    assert_eq!(url("mongodb://one").files(), []);
}

proptest! {
    /// The driver's own parser panics on some texts (a multi-byte letter right after a %). Ours returns an error.
    #[test]
    fn no_text_is_too_odd_to_be_refused(text in "(mongodb(\\+srv)?://)?[a-zé:@/%?&=,.\\[\\]$ 0-9]{0,30}") {
        if let Ok(url) = text.parse::<MongoUrl>() {
            prop_assert!(ConnectionString::parse(url.expose()).is_ok());
            prop_assert_eq!(url.expose().parse::<MongoUrl>(), Ok(url.clone()));
        }
    }

    #[test]
    fn every_user_and_password_reaches_the_driver_as_it_is(user in ".{1,20}", password in ".{1,20}") {
        let parts = MongoParts {
            hosts: "one".to_owned(),
            username: Some(user.clone()),
            password: Some(password.clone()),
            ..Default::default()
        };
        let url = MongoUrl::from_parts(&parts).expect("any text will do");
        let credential = ConnectionString::parse(url.expose()).expect("the driver takes it").credential;
        let credential = credential.expect("somebody signs in");
        prop_assert_eq!((credential.username, credential.password), (Some(user), Some(password)));
    }
}
