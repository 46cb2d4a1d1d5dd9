//! Pages as the server sends them, before any WebAssembly is there.

use crate::support::{TestServer, new_conversation};

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_the_door() {
    let server = TestServer::start().await;
    let conversation = format!("/c/{}", new_conversation());
    for path in ["/", "/new", "/channels", &conversation] {
        let page = server.place.get(path).await;
        let carried = if path == "/" { String::new() } else { format!("?to={path}") };
        assert_eq!((page.status, page.header("location")), (302, format!("/sign-in{carried}").as_str()), "{path}");
    }
    // The page to sign up leads on to the same place.
    let door = server.place.get(&format!("/sign-in?to={conversation}")).await;
    assert!(door.body.contains(&format!("/sign-up?to={conversation}")), "{}", door.body);
    for path in ["/sign-in", "/sign-up"] {
        let page = server.place.get(path).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("<form") && page.body.contains(r#"name="password""#), "it works without WASM");
        assert!(page.body.contains(r#"method="post""#), "a password never goes into an address: {}", page.body);
    }
}

#[tokio::test]
async fn the_first_page_holds_the_conversations_and_their_last_messages() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea Blum").await);
    let mut socket = bea.socket().await;
    let direct = socket.direct(ann.id).await;
    let channel = socket.channel("Gardening").await;
    socket.send(direct, "the first of two").await;
    socket.send(direct, "tomatoes at noon").await;
    socket.send(channel, "welcome to all").await;
    ann.socket().await.join(channel).await;

    let page = ann.get("/").await;
    assert_eq!(page.status, 200);
    for text in ["Bea Blum", "tomatoes at noon", "Gardening", "welcome to all", &format!("/c/{direct}")] {
        assert!(page.body.contains(text), "{text} is not in {}", page.body);
    }
    assert!(!page.body.contains("the first of two"), "only the last message is shown in the list");
}

#[tokio::test]
async fn an_open_conversation_comes_with_its_last_messages() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann").await, server.sign_up("Bea").await);
    let mut socket = bea.socket().await;
    let direct = socket.direct(ann.id).await;
    for n in 1..=60 {
        socket.send(direct, &format!("message number {n}.")).await;
    }
    let page = ann.get(&format!("/c/{direct}")).await.body;
    for n in [11, 35, 60] {
        assert!(page.contains(&format!("message number {n}.")), "{n}");
    }
    assert!(!page.contains("message number 10."), "a page has 50 messages");
}

#[tokio::test]
async fn what_people_write_is_never_markup() {
    let server = TestServer::start().await;
    let (ann, bea) = (server.sign_up("Ann <i>x</i>").await, server.sign_up("Bea").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    let evil = r#"</script><script>alert(1)</script><img src=x onerror="alert(2)"><!-- "#;
    socket.send(direct, evil).await;
    for path in ["/".to_owned(), format!("/c/{direct}")] {
        let page = bea.get(&path).await.body;
        assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
        for markup in ["<script>alert(1)", "<img src=x", "<i>x</i>", "<!-- \""] {
            assert!(!page.contains(markup), "{markup} is in {page}");
        }
    }
}

#[tokio::test]
async fn a_strangers_conversation_looks_like_none() {
    let server = TestServer::start().await;
    let (ann, bea, eve) = (server.sign_up("Ann").await, server.sign_up("Bea").await, server.sign_up("Eve").await);
    let mut socket = ann.socket().await;
    let direct = socket.direct(bea.id).await;
    socket.send(direct, "between us").await;

    let unknown = new_conversation();
    let plain = |body: String, id: &str| {
        let (_, rest) = body.split_once("nonce=\"").expect("there is a nonce");
        let nonce = rest.split('"').next().expect("it ends").to_owned();
        let at =
            body.find("server_time").map(|place| body[place..].chars().filter(char::is_ascii_digit).take(13).collect());
        let at: String = at.unwrap_or_default();
        let body = body.replace(&nonce, "NONCE").replace(id, "ID");
        if at.is_empty() { body } else { body.replace(&at, "NOW") }
    };
    let (theirs, none) = (eve.get(&format!("/c/{direct}")).await, eve.get(&format!("/c/{unknown}")).await);
    assert_eq!(theirs.status, none.status);
    assert!(!theirs.body.contains("between us") && !theirs.body.contains("Bea"));
    assert_eq!(plain(theirs.body, &direct.to_string()), plain(none.body, &unknown.to_string()));

    let (theirs, none) = (eve.first_page(Some(direct)).await, eve.first_page(Some(unknown)).await);
    assert_eq!(theirs.feeds, none.feeds);
}

#[tokio::test]
async fn an_address_with_anything_but_an_id_shows_the_list() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    for path in ["/c/..%2f..%2fhealth", "/c/%7B%22$ne%22:null%7D", "/c/%00", "/c/-1", "/c/%ff", "/c/%3Cscript%3E"] {
        let page = ann.get(path).await;
        assert!([200, 400, 404].contains(&page.status), "{path}: {}", page.status);
        assert!(!page.body.contains("<script>") || page.status == 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_are_served_while_other_servers_start_in_the_same_process() {
    let server = TestServer::start().await;
    let ann = server.sign_up("Ann").await;
    let others = tokio::spawn(async {
        for _ in 0..10 {
            TestServer::start().await.stop().await;
        }
    });
    while !others.is_finished() {
        assert_eq!(ann.get("/").await.status, 200);
    }
}
