//! The law: what a client held, and the rows it was told since, are what a fresh load shows. For every verb, and for
//! random plans of verbs by several people, with rows lost, repeated and late, and sockets that drop.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "law/air.rs"]
mod air;
#[path = "law/nodes.rs"]
mod nodes;
#[path = "law/world.rs"]
mod world;

use air::Fate;
use myna_protocol::Kind;
use proptest::prelude::*;
use world::{Step, World};

fn block_on(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

async fn follow(mut world: World, plan: &[Step]) {
    for step in plan {
        world.take(step).await;
    }
    world.settle_and_compare().await;
}

fn run(plan: &[Step]) {
    block_on(async { follow(World::new(4).await, plan).await });
}

/// The same with the people on two nodes, and the second device of the first one (person 4).
fn run_on_two_nodes(plan: &[Step]) {
    block_on(async { follow(World::on_two_nodes(4).await, plan).await });
}

/// Two people talking, a group, and a channel: what each verb below is tried on.
fn setting() -> Vec<Step> {
    vec![
        Step::Direct { who: 0, with: 1 },
        Step::Group { who: 0, with: vec![1, 2] },
        Step::Channel { who: 3 },
        Step::Send { who: 0, place: 0 },
        Step::Send { who: 1, place: 0 },
        Step::Send { who: 2, place: 0 },
        Step::Send { who: 3, place: 0 },
    ]
}

fn after_setting(steps: Vec<Step>) {
    let mut plan = setting();
    plan.extend(steps);
    run(&plan);
}

#[test]
fn a_direct_conversation_begins() {
    run(&[Step::Direct { who: 0, with: 1 }]);
}

#[test]
fn notes_to_self_begin() {
    run(&[Step::Direct { who: 2, with: 2 }, Step::Send { who: 2, place: 0 }]);
}

#[test]
fn a_group_is_made() {
    run(&[Step::Group { who: 0, with: vec![1, 2, 3] }]);
}

#[test]
fn a_channel_is_made_joined_and_left() {
    run(&[
        Step::Channel { who: 0 },
        Step::Send { who: 0, place: 0 },
        Step::Join { who: 1, channel: 0 },
        Step::Send { who: 1, place: 0 },
        Step::Leave { who: 1, place: 0 },
        Step::Send { who: 0, place: 0 },
    ]);
}

#[test]
fn who_left_may_join_again() {
    run(&[
        Step::Channel { who: 0 },
        Step::Join { who: 1, channel: 0 },
        Step::Leave { who: 1, place: 0 },
        Step::Send { who: 0, place: 0 },
        Step::Join { who: 1, channel: 0 },
        Step::Send { who: 0, place: 0 },
    ]);
}

#[test]
fn messages_are_sent_and_read() {
    after_setting(vec![
        Step::Read { who: 1, place: 0 },
        Step::Read { who: 0, place: 1 },
        Step::Send { who: 0, place: 1 },
    ]);
}

#[test]
fn somebody_leaves_a_group() {
    after_setting(vec![Step::Leave { who: 2, place: 0 }, Step::Send { who: 0, place: 1 }]);
}

#[test]
fn a_lost_row_is_found_by_its_gap() {
    after_setting(vec![
        Step::Lose { who: 1 },
        Step::Send { who: 0, place: 0 },
        Step::Hear { who: 1 },
        Step::Send { who: 0, place: 0 },
    ]);
}

#[test]
fn a_dropped_socket_resumes() {
    after_setting(vec![
        Step::Drop { who: 1 },
        Step::Send { who: 0, place: 0 },
        Step::Leave { who: 2, place: 0 },
        Step::Return { who: 1 },
    ]);
}

#[test]
fn a_group_made_while_somebody_was_away_is_there_when_they_return() {
    run(&[
        Step::Drop { who: 1 },
        Step::Group { who: 0, with: vec![1, 2] },
        Step::Send { who: 2, place: 0 },
        Step::Return { who: 1 },
    ]);
}

#[test]
fn every_kind_of_conversation_took_part() {
    // A plan that silently did nothing would prove nothing.
    block_on(async {
        let mut world = World::new(4).await;
        for step in setting() {
            world.take(&step).await;
        }
        world.settle_and_compare().await;
        let kinds: Vec<Kind> = world.kinds();
        for kind in [Kind::Direct, Kind::Group, Kind::Channel] {
            assert!(kinds.contains(&kind), "{kind:?}");
        }
        assert_eq!(world.messages(), 4, "every message of the setting is there");
    });
}

/// Rings are heard on both nodes.
fn rings() -> [Step; 2] {
    [0, 1].map(|node| Step::Ring { node, fate: Fate::Heard })
}

#[test]
fn what_is_done_on_one_node_is_seen_on_the_other() {
    let mut plan = setting();
    plan.extend(rings());
    plan.extend([
        Step::Hear { who: 1 },
        Step::Send { who: 1, place: 0 },
        Step::Read { who: 1, place: 0 },
        Step::Join { who: 1, channel: 0 },
    ]);
    plan.extend(rings());
    plan.extend([Step::Move { who: 0 }, Step::Send { who: 0, place: 1 }, Step::Leave { who: 2, place: 0 }]);
    run_on_two_nodes(&plan);
}

#[test]
fn rings_that_are_lost_doubled_or_late_change_nothing() {
    for fate in [Fate::Lost, Fate::Doubled, Fate::Backwards] {
        let mut plan = setting();
        plan.extend([0, 1].map(|node| Step::Ring { node, fate }));
        plan.extend([
            Step::Send { who: 1, place: 0 },
            Step::Leave { who: 0, place: 1 },
            Step::Send { who: 3, place: 0 },
        ]);
        plan.extend([1, 0].map(|node| Step::Ring { node, fate }));
        run_on_two_nodes(&plan);
    }
}

#[test]
fn a_commit_that_landed_though_its_node_does_not_know_is_told_by_its_ring() {
    let mut plan = setting();
    plan.extend([Step::Uncertain { node: 0 }, Step::Send { who: 0, place: 0 }, Step::Send { who: 0, place: 0 }]);
    plan.extend([Step::Uncertain { node: 1 }, Step::Leave { who: 1, place: 0 }]);
    run_on_two_nodes(&plan);
}

/// What people do, and what becomes of it on its way to them.
fn step(people: usize) -> impl Strategy<Value = Step> {
    let who = 0..people;
    let place = 0..6_usize;
    prop_oneof![
        8 => (who.clone(), place.clone()).prop_map(|(who, place)| Step::Send { who, place }),
        4 => (who.clone(), place.clone()).prop_map(|(who, place)| Step::Read { who, place }),
        2 => (who.clone(), who.clone()).prop_map(|(who, with)| Step::Direct { who, with }),
        2 => (who.clone(), prop::collection::vec(who.clone(), 1..4)).prop_map(|(who, with)| Step::Group { who, with }),
        1 => who.clone().prop_map(|who| Step::Channel { who }),
        3 => (who.clone(), 0..3_usize).prop_map(|(who, channel)| Step::Join { who, channel }),
        2 => (who.clone(), place).prop_map(|(who, place)| Step::Leave { who, place }),
        6 => who.clone().prop_map(|who| Step::Hear { who }),
        2 => who.clone().prop_map(|who| Step::Lose { who }),
        2 => who.clone().prop_map(|who| Step::Repeat { who }),
        1 => who.clone().prop_map(|who| Step::Drop { who }),
        2 => who.prop_map(|who| Step::Return { who }),
    ]
}

/// The same, and what becomes of the rings between two nodes.
fn step_on_two_nodes() -> impl Strategy<Value = Step> {
    let node = 0..2_usize;
    let fate = prop_oneof![
        5 => Just(Fate::Heard),
        1 => Just(Fate::Doubled),
        2 => Just(Fate::Backwards),
        2 => Just(Fate::Lost),
    ];
    prop_oneof![
        12 => step(5),
        5 => (node.clone(), fate).prop_map(|(node, fate)| Step::Ring { node, fate }),
        1 => (0..5_usize).prop_map(|who| Step::Move { who }),
        1 => node.prop_map(|node| Step::Uncertain { node }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_held_and_the_rows_since_are_a_fresh_load(plan in prop::collection::vec(step(4), 1..60)) {
        run(&plan);
    }

    #[test]
    fn so_they_are_where_people_sit_on_two_nodes(plan in prop::collection::vec(step_on_two_nodes(), 1..90)) {
        run_on_two_nodes(&plan);
    }
}
