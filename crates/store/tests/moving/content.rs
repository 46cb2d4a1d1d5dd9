//! A store with something of everything, and all that it answers.

use crate::contract::verbs::{
    ALL, MUCH, a_client_id, a_conversation_id, a_session_id, ann_and_bob, begun, channel, commit, direct, done, edit,
    fresh, group, join, leave, name, new_channel, new_group, now, people, person, react, read, reply, said, said_many,
    say, schedule, unsend,
};
use futures_util::future::join_all;
use myna_chat::rules::Verb;
use myna_chat::store::{Choice, NewSession, Page, Store};
use myna_protocol::{ConversationId, Feed, Seq, SessionId, Timestamp, UserId};

/// What was made.
pub(crate) struct Content {
    pub(crate) people: Vec<UserId>,
    pub(crate) talks: Vec<ConversationId>,
    tokens: Vec<[u8; 32]>,
    pub(crate) sessions: Vec<SessionId>,
}

/// More of everything than fits a page, and everything that people can do.
pub(crate) async fn fill(store: &dyn Store) -> Content {
    let (ann, bob) = ann_and_bob(store).await;
    let zoe = person(store, "Zoë de la Cruz").await;
    let crowd = people(store, 1_050).await;
    let notes = direct(store, ann, ann).await;
    let talk = direct(store, ann, bob).await;
    let friends = group(store, ann, &[bob, zoe]).await;
    let (id, at) = (a_conversation_id(), now());
    let named = Verb::Group { id, name: Some(name("Übung macht Meister")), members: vec![ann] }.by(zoe, at);
    done(store, named).await;
    let large = begun(store, new_group(crowd[0], &crowd[1..200])).await;
    let news = begun(store, new_channel(bob, "Rust News")).await;
    let busy = channel(store, ann).await;
    let silent = channel(store, zoe).await;

    said_many(store, talk, ann, 2_300).await;
    said(store, notes, ann, "milk, \u{1f986}, {\"$gt\": \"\"}\n'; DROP TABLE messages; --").await;
    said(store, friends, zoe, "é \u{202e}abc").await;
    for change in [edit(talk, ann, 1_000, "edited once"), edit(talk, ann, 1_000, "é edited"), unsend(talk, ann, 1_001)]
    {
        done(store, change).await;
    }
    for change in [react(talk, bob, 1_000, "❤"), react(talk, ann, 7, "👍"), react(talk, ann, 7, "")] {
        done(store, change).await;
    }
    for change in [reply(talk, bob, "a reply", 2), reply(talk, ann, "another", 2_301), reply(talk, bob, "no", 2)] {
        done(store, change).await;
    }
    done(store, unsend(talk, bob, 2_303)).await;
    let (waits, deleted) = (a_client_id(), a_client_id());
    for change in [schedule(talk, ann, waits, "later", 10), schedule(notes, ann, deleted, "never", 20)] {
        done(store, change).await;
    }
    done(store, Verb::DeleteScheduled { client_id: deleted }.by(ann, now())).await;
    done(store, read(talk, bob, 1_200)).await;
    done(store, leave(friends, zoe)).await;
    done(store, leave(large, crowd[7])).await;
    let joining = crowd.iter().map(|user| join(news, *user)).collect();
    commit(store, joining).await.into_iter().for_each(|outcome| assert!(outcome.is_ok(), "{outcome:?}"));
    let talking = crowd[..50].iter().flat_map(|user| [join(busy, *user), say(busy, *user, "hi"), leave(busy, *user)]);
    commit(store, talking.collect()).await.into_iter().for_each(|outcome| assert!(outcome.is_ok(), "{outcome:?}"));
    done(store, join(busy, crowd[3])).await;
    said(store, news, bob, "there is news").await;
    done(store, read(news, crowd[5], 1)).await;

    let mut content = Content {
        people: [vec![ann, bob, zoe], crowd].concat(),
        talks: vec![notes, talk, friends, id, large, news, busy, silent],
        tokens: Vec::new(),
        sessions: Vec::new(),
    };
    let sessions = (0..1_020).map(|number| NewSession {
        id: a_session_id(),
        token_hash: std::array::from_fn(|place| fresh().to_be_bytes()[place % 8]),
        user: content.people[number % 7],
        created_at: now(),
        expires_at: Timestamp(1_800_000_000_000 + number as i64),
    });
    let sessions: Vec<_> = sessions.collect();
    content.tokens = sessions.iter().map(|session| session.token_hash).collect();
    content.sessions = sessions.iter().map(|session| session.id).collect();
    join_all(sessions.into_iter().map(async |session| store.create_session(session).await.expect("it is new"))).await;
    content
}

/// Everything that the store answers about what was made, in words.
pub(crate) async fn told(store: &dyn Store, content: &Content) -> Vec<String> {
    let mut told = Vec::new();
    for talk in store.load_conversations(&content.talks, ALL).await.expect("the store answers") {
        told.push(format!("{talk:?}"));
        let Feed::Conversation(id) = talk.feed else { panic!("not a conversation: {talk:?}") };
        told.push(format!(
            "{:?}",
            store.rows_since(talk.feed, 1, Page { rows: 10_000, ..MUCH }).await.expect("the store answers")
        ));
        told.push(format!("{:?}", store.messages_before(id, 2_000, 900).await.expect("the store answers")));
        let replies = Choice::Replies { thread: 2, before: Seq::MAX, limit: 10 };
        told.push(format!("{:?}", store.chosen_messages(id, replies).await.expect("the store answers")));
    }
    assert_eq!(told.len(), 4 * content.talks.len());
    for user in &content.people[..20] {
        let mut heads = store.heads(*user).await.expect("the store answers");
        heads.sort_by_key(|head| head.feed);
        let mut presence_peers = store.presence_peers(*user).await.expect("the store answers");
        presence_peers.sort_unstable();
        let own = store.load_user(*user).await.expect("the store answers");
        let changes = store.rows_since(Feed::User(*user), 0, MUCH).await.expect("the store answers");
        told.push(format!("{heads:?} {presence_peers:?} {own:?} {changes:?}"));
    }
    for prefix in ["", "zoë", "cruz", "person"] {
        told.push(format!("{:?}", store.search_users(prefix, 2_000).await.expect("the store answers")));
    }
    for prefix in ["", "rust", "news", "übung"] {
        told.push(format!("{:?}", store.search_channels(prefix, 100).await.expect("the store answers")));
    }
    for key in ["ann", "zoë de la cruz", "nobody"] {
        told.push(format!("{:?}", store.account_by_name_key(key).await.expect("the store answers")));
    }
    for token in &content.tokens {
        told.push(format!("{:?}", store.session_by_token_hash(token).await.expect("the store answers")));
    }
    told
}
