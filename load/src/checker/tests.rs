//! Each fault in a run is found, and a run without one is clean.

use super::*;
use crate::dataset::Plan;
use crate::history::Received;

/// A run of two pairs in which each of four people has said something, and what is stored of it.
struct Run {
    dataset: Dataset,
    history: History,
    stored: Vec<Vec<Stored>>,
}

impl Run {
    fn new() -> Self {
        let dataset = Dataset::new(&Plan::pairs(2), 1);
        let mut history = History::new(4);
        let mut stored = vec![Vec::new(), Vec::new()];
        for person in 0..4 {
            let (talk, seq) = (person / 2, 1 + person as u64 % 2);
            let number = history.send(person, talk as u32, 0);
            history.acked(number, seq, 1);
            stored[talk].push(Stored { seq, sender: dataset.people[person].id, number: Some(number) });
            for journal in &mut history.journals[2 * talk..2 * talk + 2] {
                journal.row(talk as u32, seq, number);
            }
        }
        Self { dataset, history, stored }
    }

    fn judged(&self) -> Verdict {
        judge(&self.dataset, &self.history, &self.stored)
    }

    /// One more message by the first person, stored at the end and shown to both.
    fn more(&mut self, seq: u64) -> u64 {
        let number = self.history.send(0, 0, 0);
        self.history.acked(number, seq, 1);
        self.stored[0].push(Stored { seq, sender: self.dataset.people[0].id, number: Some(number) });
        self.history.journals[..2].iter_mut().for_each(|journal| journal.row(0, seq, number));
        number
    }
}

/// The names of the faults that are not zero.
fn faults(verdict: &Verdict) -> Vec<&'static str> {
    verdict.faults().into_iter().filter(|(count, _)| *count > 0).map(|(_, name)| name).collect()
}

#[test]
fn a_run_in_which_all_went_well_is_clean() {
    let verdict = Run::new().judged();
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!((verdict.sent, verdict.acked, verdict.stored, verdict.shown), (4, 4, 4, 8));
}

#[test]
fn what_was_promised_and_is_not_stored_is_lost() {
    let mut run = Run::new();
    run.more(3);
    run.stored[0].pop();
    run.history.journals[..2].iter_mut().for_each(|journal| _ = journal.received.pop());
    assert_eq!(faults(&run.judged()), ["lost"]);
}

#[test]
fn what_is_stored_and_was_never_sent_is_a_phantom() {
    let mut run = Run::new();
    let sender = run.dataset.people[0].id;
    run.stored[0].push(Stored { seq: 3, sender, number: None });
    assert_eq!(faults(&run.judged()), ["phantom"]);
}

#[test]
fn what_is_stored_under_another_name_is_a_phantom() {
    let mut run = Run::new();
    run.more(3);
    run.stored[0][2].sender = run.dataset.people[1].id;
    assert!(faults(&run.judged()).contains(&"phantom"));
}

#[test]
fn what_is_shown_and_not_stored_is_a_phantom() {
    let mut run = Run::new();
    let number = run.history.send(0, 0, 0);
    run.history.refused(number);
    run.history.journals[1].row(0, 3, number);
    assert_eq!(faults(&run.judged()), ["phantom"]);
}

#[test]
fn what_is_stored_twice_is_a_duplicate() {
    let mut run = Run::new();
    let number = run.more(3);
    run.history.sent[number as usize].acked = Some((4, 1));
    let again = Stored { seq: 4, ..run.stored[0][2] };
    run.stored[0].push(again);
    run.history.journals[..2].iter_mut().for_each(|journal| journal.received[2].seq = 4);
    assert_eq!(faults(&run.judged()), ["duplicated"]);
}

#[test]
fn what_is_shown_twice_is_a_duplicate() {
    let mut run = Run::new();
    run.history.journals[1].received.push(Received { talk: 0, seq: 2, number: 1 });
    assert!(faults(&run.judged()).contains(&"duplicated"));
}

#[test]
fn what_is_shown_in_another_order_is_reordered() {
    let mut run = Run::new();
    run.history.journals[0].received.reverse();
    assert_eq!(faults(&run.judged()), ["reordered"]);
}

#[test]
fn what_is_stored_in_another_order_than_it_was_said_is_reordered() {
    let mut run = Run::new();
    let (first, second) = (run.more(3), run.more(4));
    run.stored[0][2].number = Some(second);
    run.stored[0][3].number = Some(first);
    for (number, seq) in [(first, 4), (second, 3)] {
        run.history.sent[number as usize].acked = Some((seq, 1));
    }
    for journal in &mut run.history.journals[..2] {
        (journal.received[2].number, journal.received[3].number) = (second as u32, first as u32);
    }
    assert_eq!(faults(&run.judged()), ["reordered"]);
    run.history.scheduled(first);
    assert!(run.judged().is_clean(), "what was scheduled may be overtaken");
    run.history.sent[first as usize].scheduled = false;
    run.history.refused(first);
    assert!(run.judged().is_clean(), "what was refused may be overtaken");
}

#[test]
fn what_is_not_where_it_was_promised_is_reordered() {
    let mut run = Run::new();
    run.history.sent[0].acked = Some((9, 1));
    assert_eq!(faults(&run.judged()), ["reordered"]);
}

#[test]
fn what_a_stranger_was_shown_is_unauthorised() {
    let mut run = Run::new();
    run.history.journals[3].row(0, 1, 0);
    assert_eq!(faults(&run.judged()), ["unauthorised"]);
}

#[test]
fn what_a_member_was_never_shown_is_unseen_unless_they_went() {
    let mut run = Run::new();
    run.history.journals[1].received.pop();
    assert_eq!(faults(&run.judged()), ["unseen"]);
    run.history.journals[1].absent = true;
    assert!(run.judged().is_clean());
}

#[test]
fn what_was_neither_promised_nor_refused_is_unanswered() {
    let mut run = Run::new();
    let number = run.history.send(2, 1, 0);
    assert_eq!(faults(&run.judged()), ["unanswered"]);
    run.history.scheduled(number);
    assert_eq!(faults(&run.judged()), ["unanswered"], "what was scheduled is to be sent");
    run.history.refused(number);
    assert!(run.judged().is_clean());
}

#[test]
fn a_place_that_nobody_has_breaks_a_rule() {
    let mut run = Run::new();
    run.more(4);
    assert_eq!(faults(&run.judged()), ["broken"]);
}

#[test]
fn a_row_that_comes_again_is_not_shown_again() {
    let mut run = Run::new();
    run.history.journals[1].row(0, 1, 0);
    let verdict = run.judged();
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!(verdict.repeats, 1);
}
