//! The law: what a client held, and the rows it was told since, are what a fresh load shows; and what was said is there
//! once, in order. For every verb, and for random plans of verbs by several people on one node and on two, with rows
//! lost, repeated and late, sockets that drop before an answer or before it was heard, and nodes that die.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "law/history.rs"]
mod history;
#[path = "law/nodes.rs"]
mod nodes;
#[path = "law/person.rs"]
mod person;
#[path = "law/seeds.rs"]
mod seeds;
#[path = "law/server.rs"]
mod server;
#[path = "law/settling.rs"]
mod settling;
#[path = "law/simulated_bus.rs"]
mod simulated_bus;
#[path = "law/step.rs"]
mod step;
#[path = "law/world.rs"]
mod world;

use myna_protocol::Kind;
use proptest::prelude::*;
use simulated_bus::DeliveryFault;
use step::{Mishap, Step};
use world::World;

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
fn what_was_not_answered_is_said_again_and_is_there_once() {
    let looks = [0, 1, 2, 5, 20].map(|looks| Mishap::NodeDies { looks });
    for mishap in [Mishap::Unheard, Mishap::Unanswered].into_iter().chain(looks) {
        after_setting(vec![
            Step::Mishap { who: 0, mishap },
            Step::Send { who: 0, place: 0 },
            Step::Send { who: 0, place: 0 },
            Step::Return { who: 0 },
            Step::Send { who: 0, place: 0 },
        ]);
    }
}

#[test]
fn who_left_before_they_heard_the_answer_is_not_told_of_a_refusal() {
    // The second device of the first one says something, and the first leaves before the second has heard the answer.
    run_on_two_nodes(&[
        Step::Group { who: 0, with: vec![1] },
        Step::Hear { who: 4 },
        Step::Mishap { who: 4, mishap: Mishap::Unanswered },
        Step::Send { who: 4, place: 0 },
        Step::Leave { who: 0, place: 0 },
    ]);
}

#[test]
fn what_was_refused_stays_with_who_said_it_until_they_take_it_back() {
    run_on_two_nodes(&[
        Step::Channel { who: 4 },
        Step::Leave { who: 4, place: 0 },
        Step::Send { who: 4, place: 0 },
        Step::Join { who: 0, channel: 0 },
    ]);
}

#[test]
fn a_node_that_died_is_replaced() {
    let mut plan = setting();
    plan.extend([Step::Send { who: 1, place: 0 }, Step::Crash { node: 1 }, Step::Send { who: 0, place: 0 }]);
    plan.extend(notices());
    plan.extend([Step::Return { who: 1 }, Step::Crash { node: 0 }, Step::Send { who: 1, place: 0 }]);
    run_on_two_nodes(&plan);
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

/// Notices are heard on both nodes.
fn notices() -> [Step; 2] {
    [0, 1].map(|node| Step::ChangeNotice { node, fault: DeliveryFault::None })
}

#[test]
fn what_is_done_on_one_node_is_seen_on_the_other() {
    let mut plan = setting();
    plan.extend(notices());
    plan.extend([
        Step::Hear { who: 1 },
        Step::Send { who: 1, place: 0 },
        Step::Read { who: 1, place: 0 },
        Step::Join { who: 1, channel: 0 },
    ]);
    plan.extend(notices());
    plan.extend([Step::Move { who: 0 }, Step::Send { who: 0, place: 1 }, Step::Leave { who: 2, place: 0 }]);
    run_on_two_nodes(&plan);
}

#[test]
fn notices_that_are_lost_duplicated_or_late_change_nothing() {
    for fault in [DeliveryFault::Lost, DeliveryFault::Duplicated, DeliveryFault::Reordered] {
        let mut plan = setting();
        plan.extend([0, 1].map(|node| Step::ChangeNotice { node, fault }));
        plan.extend([
            Step::Send { who: 1, place: 0 },
            Step::Leave { who: 0, place: 1 },
            Step::Send { who: 3, place: 0 },
        ]);
        plan.extend([1, 0].map(|node| Step::ChangeNotice { node, fault }));
        run_on_two_nodes(&plan);
    }
}

#[test]
fn a_commit_whose_answer_is_lost_arrives_by_its_change_notice() {
    let mut plan = setting();
    plan.extend([Step::Uncertain { node: 0 }, Step::Send { who: 0, place: 0 }, Step::Send { who: 0, place: 0 }]);
    plan.extend([Step::Uncertain { node: 1 }, Step::Leave { who: 1, place: 0 }]);
    run_on_two_nodes(&plan);
}

/// The first person's scheduled messages, and what may become of them.
fn scheduling() -> Vec<Step> {
    let (who, place) = (0, 0);
    let mut plan = setting();
    plan.extend([1, 1, 1, 2].map(|minutes| Step::Schedule { who, place, minutes }));
    plan.extend([
        Step::EditScheduled { who, number: 0, minutes: 2 },
        Step::Hear { who },
        Step::DeleteScheduled { who, number: 1 },
        Step::Hear { who },
        Step::SendScheduled { who, number: 1 },
        Step::Minute,
        Step::Hear { who },
        Step::Minute,
    ]);
    plan
}

#[test]
fn scheduled_messages_are_sent_in_time() {
    let of_plan = scheduling();
    block_on(async {
        let mut world = World::new(4).await;
        for step in &of_plan {
            world.take(step).await;
        }
        world.settle_and_compare().await;
        assert_eq!(world.messages(), 4 + 3, "one was deleted, all others were sent");
    });
    run_on_two_nodes(&of_plan);
}

#[test]
fn scheduled_messages_are_sent_once_whatever_happens_to_the_nodes() {
    let mishaps = [Mishap::Unheard, Mishap::Unanswered, Mishap::NodeDies { looks: 3 }, Mishap::NodeDies { looks: 9 }];
    for mishap in mishaps {
        for at in 7..15 {
            let mut plan = scheduling();
            plan.insert(at, Step::Mishap { who: 0, mishap });
            plan.insert(at + 2, Step::Return { who: 0 });
            run(&plan);
            plan.insert(at + 3, Step::Uncertain { node: 0 });
            plan.insert(at + 4, Step::Crash { node: 1 });
            run_on_two_nodes(&plan);
        }
    }
}

#[test]
fn what_is_scheduled_where_one_has_left_is_kept() {
    after_setting(vec![
        Step::Schedule { who: 1, place: 1, minutes: 1 },
        Step::Schedule { who: 1, place: 0, minutes: 1 },
        Step::Leave { who: 1, place: 0 },
        Step::Leave { who: 1, place: 1 },
        Step::Minute,
        Step::Minute,
    ]);
}

#[test]
fn random_plans_on_one_node() {
    seeds::follow("on one node", prop::collection::vec(step::any(4), 1..60), run);
}

#[test]
fn random_plans_on_two_nodes() {
    seeds::follow("on two nodes", prop::collection::vec(step::any_on_two_nodes(), 1..90), run_on_two_nodes);
}
