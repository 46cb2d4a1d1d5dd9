//! The contract of a store: what `myna_chat::store` promises, rule by rule, for every driver alike.
//!
//! A rule is a plain function over `&dyn Store`, and gets a store of its own with nothing in it. `contract!(name, opener)`
//! makes a test of each for one driver. How many have run on it is said at the end, whatever the test runner keeps to itself.

pub(crate) mod batches;
pub(crate) mod creating;
pub(crate) mod editing;
pub(crate) mod feeds;
pub(crate) mod forwarding;
pub(crate) mod held;
pub(crate) mod jobs;
pub(crate) mod joining;
pub(crate) mod law;
pub(crate) mod log;
pub(crate) mod naming;
pub(crate) mod paging;
pub(crate) mod plans;
pub(crate) mod reacting;
pub(crate) mod reading;
pub(crate) mod replying;
pub(crate) mod scheduling;
pub(crate) mod sending;
pub(crate) mod sessions;
pub(crate) mod tally;
pub(crate) mod users;
pub(crate) mod verbs;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use myna_chat::store::Store;
use std::sync::Arc;

/// A new, empty store for one rule.
pub(crate) struct Stage {
    store: Arc<dyn Store>,
    /// The server that it is on, where its driver does not say it.
    server: Option<&'static str>,
    /// What comes when the rule has run and the store is closed.
    afterwards: BoxFuture<'static, ()>,
}

impl Stage {
    pub(crate) fn of(store: Arc<dyn Store>, server: Option<&'static str>) -> Self {
        Self { store, server, afterwards: std::future::ready(()).boxed() }
    }

    pub(crate) fn then(self, afterwards: impl Future<Output = ()> + Send + 'static) -> Self {
        Self { afterwards: afterwards.boxed(), ..self }
    }

    /// Runs the rule.
    pub(crate) async fn play(self, rule: impl AsyncFnOnce(&dyn Store), tally: &tally::Tally) {
        let Self { store, server, afterwards } = self;
        rule(&*store).await;
        drop(store);
        afterwards.await;
        tally.ran(server);
    }
}

/// All drivers keep the same rules, and no few of them.
pub(crate) fn assert_same(rules: [&[&str]; 2]) {
    let [one, other] = rules;
    assert_eq!(one, other);
    assert!(one.len() >= 80, "rules were lost: {} are left", one.len());
}

/// Why no rule runs.
pub(crate) struct Skipped(pub(crate) &'static str);

/// One test for each rule in a module of this name. `$opener` is an async function that answers a [`Stage`], or why this
/// machine has none.
#[macro_export]
macro_rules! contract {
    ($name:ident, $opener:path) => {
        $crate::rules! { $name, $opener,
            users::a_person_is_found_by_the_key_of_their_name,
            users::nobody_has_an_unknown_name,
            users::a_name_is_taken_whatever_its_case,
            users::one_of_many_gets_a_name_asked_for_at_once,
            users::a_password_hash_is_replaced,
            users::people_are_found_by_their_ids,
            users::people_are_found_by_the_beginning_of_any_word,
            users::people_are_found_by_several_words_in_a_row,
            users::a_person_is_found_once_however_many_words_match,
            users::people_are_listed_by_the_key_of_their_name,
            users::signs_of_query_languages_stand_for_themselves,
            sessions::a_session_is_found_by_the_hash_of_its_token,
            sessions::an_expired_session_is_found_all_the_same,
            sessions::an_unknown_token_has_no_session,
            sessions::a_session_tells_when_it_expires,
            sessions::an_ended_session_is_gone_and_may_be_ended_again,
            sessions::sessions_that_ended_are_told,
            sessions::an_expired_session_has_ended_when_it_is_removed,
            sessions::only_expired_sessions_are_removed_and_they_are_counted,
            sending::messages_take_the_next_seq_and_rev,
            sending::a_sent_message_is_one_event_with_its_row,
            sending::a_retry_gets_the_first_seq_and_no_events,
            sending::a_retry_in_the_same_batch_is_stored_once,
            sending::a_client_id_with_another_text_is_refused,
            sending::a_client_id_counts_for_its_sender_in_its_conversation,
            sending::who_is_not_in_a_conversation_cannot_send,
            sending::who_left_cannot_send_until_they_come_back,
            sending::what_was_sent_before_its_sender_left_keeps_its_answer,
            sending::a_sender_has_read_what_they_said_with_no_event,
            sending::texts_come_back_as_they_were,
            sending::many_senders_at_once_leave_no_gap,
            sending::the_same_message_sent_many_times_at_once_is_stored_once,
            sending::the_messages_of_a_batch_keep_their_order,
            editing::an_edited_message_keeps_its_place_and_its_earlier_texts,
            editing::an_unsent_message_has_no_words_left,
            editing::a_message_sent_again_after_it_changed_is_the_same,
            editing::a_message_is_sent_and_changed_in_one_batch,
            editing::of_edits_at_once_the_last_one_stays_and_none_is_lost,
            editing::who_created_a_channel_deletes_what_others_said,
            editing::windows_close,
            reacting::a_reaction_is_one_event_with_its_row,
            reacting::a_reaction_takes_the_place_of_the_one_before_and_is_taken_back,
            reacting::the_same_reaction_again_changes_nothing,
            reacting::nobody_reacts_where_they_cannot,
            reacting::a_batch_sends_and_reacts,
            reacting::a_message_has_so_many_reactions_and_no_more,
            reacting::a_page_ends_where_reactions_fill_the_answer,
            forwarding::a_forwarded_message_has_the_text_and_says_where_it_comes_from,
            forwarding::nobody_forwards_what_they_may_not_read_nor_to_where_they_are_not,
            forwarding::nobody_forwards_from_where_they_have_left,
            forwarding::a_message_forwarded_again_is_the_same_and_another_one_is_refused,
            forwarding::what_was_unsent_is_not_forwarded_and_copies_stay,
            forwarding::a_forwarded_message_cannot_be_edited_but_unsent_answered_and_reacted_to,
            forwarding::a_batch_sends_and_forwards,
            replying::a_reply_is_one_event_and_is_counted,
            replying::a_reply_to_a_reply_belongs_to_the_same_thread,
            replying::nobody_replies_to_what_is_not_there,
            replying::a_reply_sent_again_is_the_same_and_to_another_message_is_refused,
            replying::a_reply_that_is_unsent_counts_no_more,
            replying::what_a_thread_begins_with_is_edited_and_unsent,
            replying::a_batch_sends_and_replies,
            replying::a_threads_replies_come_in_pages,
            replying::messages_are_found_by_their_places,
            replying::chosen_messages_hold_no_more_bytes_than_an_answer,
            scheduling::a_scheduled_message_is_one_event_of_its_person_alone,
            scheduling::a_scheduled_message_is_sent_at_its_time_and_once,
            scheduling::many_who_send_what_is_due_send_it_once,
            scheduling::a_message_sent_while_its_sender_is_away_reads_nothing_for_them,
            scheduling::a_message_scheduled_again_is_the_same,
            scheduling::an_edited_message_is_sent_with_its_new_text_at_its_new_time,
            scheduling::a_scheduled_message_is_sent_now_or_deleted,
            scheduling::a_time_that_is_past_or_far_is_refused,
            scheduling::a_person_schedules_so_many_messages_and_so_much_text,
            scheduling::what_cannot_be_sent_when_it_is_due_stays_with_its_reason,
            scheduling::a_scheduled_reply_is_a_reply,
            scheduling::a_batch_schedules_edits_and_sends,
            scheduling::what_was_sent_or_deleted_is_told_to_those_who_come_back,
            reading::a_read_place_is_told_in_both_feeds,
            reading::a_read_place_without_receipts_is_told_to_oneself_alone,
            reading::a_read_place_is_cut_to_the_last_message,
            reading::a_read_place_never_falls,
            reading::who_is_not_in_a_conversation_cannot_read,
            reading::groups_tell_receipts_up_to_their_limit,
            reading::a_group_that_shrinks_keeps_its_receipts_as_they_were,
            creating::a_direct_conversation_begins_with_two,
            creating::a_note_to_self_begins_with_one,
            creating::a_pair_has_one_direct_conversation_in_either_order,
            creating::a_pair_that_meets_many_times_at_once_has_one_conversation,
            creating::nobody_talks_with_somebody_who_does_not_exist,
            creating::a_direct_conversation_takes_no_taken_id,
            creating::a_group_begins_with_its_people,
            creating::a_channel_begins_with_its_maker,
            creating::a_conversation_made_again_is_the_first_one,
            creating::a_taken_id_makes_no_other_conversation,
            creating::a_channels_name_is_taken_whatever_its_case,
            creating::one_of_many_gets_a_channels_name_asked_for_at_once,
            creating::channels_are_found_by_the_beginning_of_any_word,
            joining::who_joins_a_channel_is_told_and_has_read_it,
            joining::who_is_added_is_told_and_has_read_it,
            joining::nobody_is_added_where_that_is_not_possible,
            joining::joining_twice_changes_nothing,
            joining::many_who_join_at_once_are_all_counted,
            joining::only_channels_can_be_joined,
            joining::who_leaves_is_told_last_and_is_out,
            joining::who_is_not_in_a_conversation_cannot_leave,
            joining::a_direct_conversation_stays,
            joining::who_comes_back_has_read_what_was_said_meanwhile,
            joining::access_is_for_those_who_are_in_it,
            batches::an_empty_batch_is_answered_by_nothing,
            batches::a_refused_change_does_not_stop_the_others,
            batches::a_change_sees_those_before_it_in_its_batch,
            batches::the_events_of_a_feed_follow_each_other_without_a_gap,
            batches::a_batch_repeated_as_a_whole_is_harmless,
            batches::batches_at_once_do_not_mix,
            feeds::a_living_store_answers,
            feeds::heads_begin_with_ones_own_feed,
            feeds::heads_leave_out_what_one_has_left,
            feeds::nobody_has_no_heads_and_an_empty_feed,
            feeds::large_groups_and_channels_tell_no_presence,
            feeds::revs_are_those_of_the_heads,
            feeds::revs_leave_out_feeds_that_do_not_exist,
            feeds::presence_peers_are_given_once_and_on_both_sides,
            feeds::who_left_is_no_presence_peer,
            feeds::large_groups_and_channels_make_no_presence_peers,
            feeds::a_feed_tells_what_changed_since,
            feeds::ones_own_feed_tells_what_one_has_left,
            feeds::more_rows_than_the_limit_are_not_told,
            feeds::a_rev_ahead_of_its_feed_is_not_answered,
            feeds::a_feed_that_does_not_exist_is_not_answered,
            feeds::a_fresh_load_has_the_newest_messages_and_everybody,
            feeds::conversations_are_loaded_in_the_order_asked_for,
            feeds::a_large_channel_tells_who_came_first_and_who_spoke,
            feeds::an_answer_is_one_snapshot,
            feeds::what_is_answered_can_be_read_at_once,
            feeds::more_bytes_than_the_page_holds_are_not_answered,
            feeds::a_load_and_a_page_hold_no_more_bytes_than_an_answer,
            paging::pages_go_back_oldest_first,
            paging::a_page_past_the_end_is_empty,
            paging::pages_meet_every_message_once,
            paging::pages_of_members_meet_everybody_in_the_order_of_joining,
            paging::a_page_ends_with_the_rows_of_its_senders,
            paging::a_page_tells_receipts_where_they_are_told,
            naming::a_renamed_person_is_found_by_the_new_name_alone,
            naming::one_of_many_gets_a_new_name_asked_for_at_once,
            naming::the_servers_feed_tells_who_changed_since,
            naming::a_load_brings_people_as_they_are_called_now,
            naming::a_renamed_channel_is_found_by_the_new_name_alone,
            naming::a_name_that_a_batch_gives_up_is_free_in_the_next,
            naming::groups_may_share_a_name_and_lose_it,
            jobs::jobs_are_due_in_their_order_and_gone_when_they_are_done,
            jobs::a_job_that_many_perform_at_once_is_done_once,
            log::a_consumer_sees_every_feed_move_in_order,
            log::what_was_not_consumed_comes_again,
            log::consumers_go_on_by_themselves,
            log::a_lease_is_one_holders_until_it_ends,
            log::a_position_that_is_not_in_the_log_is_too_old,
            law::the_law_holds_for_sending,
            law::the_law_holds_for_editing_and_unsending,
            law::the_law_holds_for_replying,
            law::the_law_holds_for_reacting,
            law::the_law_holds_for_reading,
            law::the_law_holds_for_scheduling,
            law::the_law_holds_for_beginning_conversations,
            law::the_law_holds_for_joining_and_leaving,
            law::the_law_holds_for_names,
            plans::the_law_holds_for_random_plans,
        }
    };
}

/// A rule that is not in the list above is dead code, which the lints refuse; a list without rules does not expand.
#[macro_export]
macro_rules! rules {
    ($name:ident, $opener:path, $($noun:ident :: $rule:ident),+ $(,)?) => {
        mod $name {
            pub(crate) const RULES: &[&str] = &[$(concat!(stringify!($noun), "::", stringify!($rule))),+];

            static TALLY: $crate::contract::tally::Tally =
                $crate::contract::tally::Tally::new(stringify!($name), RULES.len());

            $(
                #[tokio::test]
                async fn $rule() {
                    match $opener().await {
                        Ok(stage) => stage.play($crate::contract::$noun::$rule, &TALLY).await,
                        Err(skipped) => TALLY.skipped(&skipped),
                    }
                }
            )+

            #[test]
            fn no_rule_is_listed_twice() {
                let distinct: std::collections::BTreeSet<_> = RULES.iter().collect();
                assert_eq!(distinct.len(), RULES.len());
            }
        }
    };
}
