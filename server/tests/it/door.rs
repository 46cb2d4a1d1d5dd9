//! Signing up, in and out: who is let in, who is not, and what each is told.

use crate::support::{Answer, PASSWORD, Person, ServerProcess, TestServer, handshake, soon};
use myna_chat::store::NewSession;
use myna_chat::{Clock, Ids, RandomIds, SystemClock, Token};
use myna_protocol::{SessionId, UserId};
use myna_store::StoreUrl;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test]
async fn a_new_person_is_let_in_and_comes_back_with_their_password() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    assert!(ann.is_signed_in().await);
    let again = server.place.sign_in("Ann").await;
    assert_eq!(again.id, ann.id);
    assert_ne!(again.cookie, ann.cookie, "each browser has a session of its own");
    assert!(again.is_signed_in().await && ann.is_signed_in().await);
}

#[tokio::test]
async fn a_form_is_answered_with_the_chat_or_with_the_same_page_and_a_sentence() {
    let server = TestServer::start().await;
    let send = |path: &'static str, name: &'static str, password: &'static str| {
        let request = server.place.request_post(path).header("accept", "text/html");
        Answer::of(request.form(&[("name", name), ("password", password)]))
    };
    let came = send("/sign-up", "Ann", PASSWORD).await;
    assert_eq!((came.status, came.header("location")), (303, "/"));
    assert!(came.set_cookie().is_some());
    let again = send("/sign-in", "Ann", PASSWORD).await;
    assert_eq!((again.status, again.header("location")), (303, "/"));
    assert!(again.set_cookie().is_some_and(|cookie| Some(cookie) != came.set_cookie()));
    let somewhere = send("/sign-in?to=/settings", "Ann", PASSWORD).await;
    assert_eq!((somewhere.status, somewhere.header("location")), (303, "/settings"));
    let elsewhere = send("/sign-in?to=//evil.example", "Ann", PASSWORD).await;
    assert_eq!((elsewhere.status, elsewhere.header("location")), (303, "/"), "a link leads nobody away");
    for (path, name, password, status, sentence) in [
        ("/sign-in", "Ann <b>", "not the password", 401, "Incorrect name or password."),
        ("/sign-up", "Ann", PASSWORD, 409, "This name is taken. Please choose another one."),
        ("/sign-up", "Bob", "short", 422, "A password has at least 8 characters."),
    ] {
        let page = send(path, name, password).await;
        assert_eq!((page.status, page.set_cookie()), (status, None), "{path}");
        assert!(page.body.contains(sentence), "the sentence is on the page: {}", page.body);
        let kept = format!("value=\"{}\"", name.replace('<', "&lt;").replace('>', "&gt;"));
        assert!(page.body.contains(&kept), "the name need not be typed again: {}", page.body);
        assert!(!page.body.contains(password), "the password is not on the page");
        assert!(!page.body.contains("<b>"), "a name is text");
    }
    let out = Answer::of(server.place.request_post("/sign-out")).await;
    assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
    assert!(out.set_cookie().is_some_and(|cookie| cookie.contains("Max-Age=0")));
    let elsewhere = server.place.by_way_of("http://evil.example");
    let foreign = Answer::of(elsewhere.request_post("/sign-in").form(&[("name", "Ann"), ("password", PASSWORD)])).await;
    assert_eq!((foreign.status, foreign.set_cookie()), (403, None));
    assert!(foreign.body.contains("--public-url"), "who runs the server learns what to set: {}", foreign.body);
    let request = server.place.request_post("/sign-in").header("content-type", "application/x-www-form-urlencoded");
    let half = Answer::of(request.body("name=Ann")).await;
    assert_eq!(half.status, 400);
    assert!(half.body.contains("form-error"), "{}", half.body);
}

#[tokio::test]
async fn a_form_that_is_not_utf_8_is_refused_and_makes_no_account() {
    let server = TestServer::start().await;
    let post = async |path: &str, body: &'static str| {
        let request = server.place.request_post(path).header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body(body)).await
    };
    post("/api/sign_up", "name=Ann&password=%ff%ff%ff%ff%ff%ff%ff%ff").await.assert_refused(400, "malformed");
    post("/api/sign_up", "name=%ff%fe&password=12345678").await.assert_refused(400, "malformed");
    assert_eq!(
        post("/api/sign_up", "name=Ann&password=%c3%a9%c3%a9%c3%a9%c3%a9%c3%a9%c3%a9%c3%a9%c3%a9").await.status,
        200
    );
    post("/api/sign_in", "name=Ann&password=%fe%fe%fe%fe%fe%fe%fe%fe").await.assert_refused(400, "malformed");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_alike() {
    let server = TestServer::start().await;
    server.sign_up("Ann").await;
    let wrong = server.place.enter("sign_in", "Ann", "not the password").await;
    let unknown = server.place.enter("sign_in", "Bob", "not the password").await;
    wrong.assert_refused(401, "bad_credentials");
    assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&wrong), names(&unknown));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_take_alike() {
    // Passwords cost what they cost people, so that leaving out the work for an unknown name would show.
    let server = TestServer::with(|config| config.weak_passwords = false).await;
    server.sign_up("Ann").await;
    let mut quickest = [Duration::MAX; 2];
    for _ in 0..2 {
        for (quickest, name) in quickest.iter_mut().zip(["Ann", "Bob"]) {
            let start = Instant::now();
            server.place.enter("sign_in", name, "not the password").await.assert_refused(401, "bad_credentials");
            *quickest = start.elapsed().min(*quickest);
        }
    }
    let [wrong, unknown] = quickest;
    assert!(unknown > wrong / 3 && wrong > unknown / 3, "wrong password {wrong:?}, unknown name {unknown:?}");
}

#[tokio::test]
async fn a_name_that_people_would_take_for_the_same_is_taken() {
    let server = TestServer::start().await;
    let lena = server.sign_up("Lena Ŝ").await;
    for name in ["Lena Ŝ", "lena ŝ", "LENA Ŝ", "  Lena   Ŝ ", "Ｌｅｎａ Ŝ", "Le\u{200d}na Ŝ", "Lena S\u{302}"]
    {
        server.place.enter("sign_up", name, PASSWORD).await.assert_refused(409, "name_taken");
    }
    assert_eq!(server.place.sign_in("ｌｅｎａ ŝ").await.id, lena.id, "and it is the same person who signs in by it");
}

#[tokio::test]
async fn names_and_passwords_that_break_the_rules_are_refused_with_422() {
    let server = TestServer::start().await;
    let long = "a".repeat(65);
    let names = ["", "   ", "A\u{0}nn", "An\nn", "Ann\u{7f}", "Ann\u{202e}", "Ann\u{200b}", "\u{feff}Ann", &long];
    for name in names {
        let answer = server.place.enter("sign_up", name, PASSWORD).await;
        answer.assert_refused(422, "name_invalid");
    }
    server.place.enter("sign_up", "Ann", "1234567").await.assert_refused(422, "password_too_short");
    server.place.enter("sign_up", "Ann", &"x".repeat(257)).await.assert_refused(422, "password_too_long");
    server.sign_up("Ann").await;
}

#[tokio::test]
async fn after_repeated_failures_a_name_has_to_wait_even_with_the_right_password_and_others_do_not() {
    let server = TestServer::start().await;
    server.sign_up("Ann").await;
    server.sign_up("Bea").await;
    let mut failures = 0;
    loop {
        let answer = server.place.enter("sign_in", "Ann", "not the password").await;
        if answer.status == 429 {
            answer.assert_refused(429, "too_many");
            break;
        }
        answer.assert_refused(401, "bad_credentials");
        failures += 1;
        assert!(failures < 50, "guessing has to end");
    }
    assert!(failures >= 5, "people mistype: {failures}");
    server.place.enter("sign_in", "Ann", PASSWORD).await.assert_refused(429, "too_many");
    server.place.sign_in("Bea").await;
}

#[tokio::test]
async fn a_post_from_another_site_is_refused_and_changes_nothing() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let own = &server.place.origin;
    for origin in
        ["http://evil.example", "null", "", &format!("{own}.evil.example"), &format!("{own}1"), "http://127.0.0.1"]
    {
        let foreign = server.place.by_way_of(origin);
        foreign.enter("sign_up", "Bob", PASSWORD).await.assert_refused(403, "foreign_origin");
        ann.at(&foreign).sign_out().await.assert_refused(403, "foreign_origin");
    }
    let cross_site = server.place.request_post_from_nowhere("/api/sign_out").header("sec-fetch-site", "cross-site");
    Answer::of(cross_site.header("cookie", &ann.cookie)).await.assert_refused(403, "foreign_origin");
    assert!(ann.is_signed_in().await);
    server.place.enter("sign_in", "Bob", PASSWORD).await.assert_refused(401, "bad_credentials");
}

#[tokio::test]
async fn a_link_changes_nothing() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    for path in ["/api/sign_out", "/api/sign_up?name=Bob&password=12345678", "/api/sign_in?name=Ann&password=12345678"]
    {
        let answer = ann.get(path).await;
        assert!(answer.status >= 400 && answer.set_cookie().is_none(), "{path}: {answer:?}");
    }
    assert!(ann.is_signed_in().await);
}

#[tokio::test]
async fn missing_fields_and_bodies_of_another_kind_are_refused() {
    let server = TestServer::start().await;
    server.sign_up("Ann").await;
    for door in ["/api/sign_in", "/api/sign_up"] {
        for (kind, body) in [
            ("application/x-www-form-urlencoded", ""),
            ("application/x-www-form-urlencoded", "name=Ann"),
            ("application/x-www-form-urlencoded", "password=12345678"),
            ("application/x-www-form-urlencoded", "%ff%fe=%00&&&==="),
            ("application/x-www-form-urlencoded", "\u{feff}name=Ann&password=12345678"),
            ("application/json", r#"{"name":"Ann","password":{"$gt":""}}"#),
            ("application/json", r#"{"name":{"$gt":""},"password":{"$gt":""}}"#),
            ("application/json", "[[[["),
            ("multipart/form-data; boundary=x", "--x--"),
            ("text/plain", "hello"),
        ] {
            let request = server.place.request_post(door).header("content-type", kind).body(body);
            let answer = Answer::of(request).await;
            assert!((400..500).contains(&answer.status) && answer.set_cookie().is_none(), "{door} {body}: {answer:?}");
        }
    }
}

async fn assert_signed_out(person: &Person) {
    let page = person.get("/").await;
    assert_eq!((page.status, page.header("location")), (302, "/sign-in"), "{}", person.name);
    person.post("/api/first_page", &[]).await.assert_refused(401, "unauthenticated");
    let origin = person.place.origin.as_str();
    let headers = [("Origin", origin), ("Cookie", person.cookie.as_str()), ("Sec-WebSocket-Protocol", "myna.v1")];
    let (status, answer) = handshake(&person.place, &headers).await;
    assert!(status == 401 && answer.contains("unauthenticated"), "{answer}");
}

#[tokio::test]
async fn a_session_that_was_signed_out_is_over_everywhere_and_the_others_go_on() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let other = server.place.sign_in("Ann").await;
    let answer = ann.sign_out().await;
    assert!(answer.set_cookie().is_some_and(|cookie| cookie.starts_with("myna=; Max-Age=0")), "{answer:?}");
    assert_signed_out(&ann).await;
    assert!(other.is_signed_in().await);
    assert_eq!(ann.sign_out().await.status, 200, "signing out twice is no mistake");
}

#[tokio::test]
async fn a_cookie_that_was_never_given_lets_nobody_in() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let token = ann.cookie.strip_prefix("myna=").expect("this is the cookie's name");
    let almost = format!("{}{}", &token[..63], if token.ends_with('0') { '1' } else { '0' });
    let bad =
        [String::new(), "0".repeat(64), almost, format!("{token}0"), "{\"$gt\":\"\"}".to_owned(), ann.id.to_string()];
    for token in bad {
        let stranger = Person { cookie: format!("myna={token}"), ..ann.clone() };
        assert_signed_out(&stranger).await;
    }
    assert!(ann.is_signed_in().await);
}

/// Stores a session for Ann that ends so many milliseconds from now; her browser.
async fn session(url: &StoreUrl, user: UserId, ends_in: i64) -> String {
    let store = myna_store::open(url, Duration::ZERO).await.expect("the store opens");
    let (mut secret, mut id) = ([0; 32], [0; 16]);
    RandomIds.fill(&mut secret);
    RandomIds.fill(&mut id);
    let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let token = Token::from_text(&digits).expect("this is how a token is written");
    let now = SystemClock.now();
    let expires_at = now.plus(ends_in);
    let new = NewSession { id: SessionId::from_bytes(id), token_hash: token.hash(), user, created_at: now, expires_at };
    store.create_session(new).await.expect("the session is stored");
    format!("myna={}", token.to_text())
}

#[tokio::test]
async fn an_expired_session_is_over() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let url = StoreUrl::Sqlite(folder.path().join("myna.db"));
    let mut server = ServerProcess::start(folder.path()).await;
    let ann = server.place.sign_up("Ann").await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await, Some(0));

    let expired = session(&url, ann.id, -1).await;
    let soon_over = session(&url, ann.id, 4_000).await;
    let server = ServerProcess::start(folder.path()).await;
    let ann = ann.at(&server.place);
    assert!(ann.is_signed_in().await, "a session outlives the server");
    assert_signed_out(&Person { cookie: expired, ..ann.clone() }).await;

    let visitor = Person { cookie: soon_over, ..ann.clone() };
    let mut was_in = false;
    let over = async {
        while visitor.is_signed_in().await {
            was_in = true;
        }
    };
    soon("a session ends by itself", over).await;
    assert!(was_in, "it held before");
    assert_signed_out(&visitor).await;
    assert!(ann.is_signed_in().await);
}
