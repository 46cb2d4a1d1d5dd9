//! People on two nodes who talk in one conversation, all at once, burst by burst, while something goes wrong.

use crate::support::{Acknowledged, Entry, Person, Place, Sent, Speaker, Tab, check, loaded, shown, soon, tell};
use futures_util::future::{join, join_all};
use myna_protocol::{ConversationId, Seq};
use std::ops::Range;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// Quick clients at each node.
const SPEAKERS: usize = 4;
/// Messages of the whole client at each node.
const WRITTEN: usize = 5;
/// How long one burst may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A conversation, who talks in it on either side, and what was said.
pub(super) struct Talk {
    conversation: ConversationId,
    /// One person for each side's whole client, and the quick ones.
    people: [Vec<Person>; 2],
    /// Where each side's clients find a node.
    places: [watch::Sender<Place>; 2],
    tabs: [Tab; 2],
    /// Messages of one quick client in one burst.
    each: usize,
    log: Vec<Entry>,
    bursts: usize,
    began: Instant,
}

/// What is heard of a burst while it lasts.
pub(super) struct Progress {
    /// The acknowledgements at each side.
    sides: [UnboundedReceiver<Acknowledged>; 2],
}

/// What came of a burst.
pub(super) struct Spoken {
    /// The places of its messages.
    pub(super) seqs: Range<Seq>,
    /// How often a message was said again.
    pub(super) again: usize,
    /// How often one was refused for now.
    pub(super) refused: usize,
}

impl Talk {
    /// `nodes`: where each side's clients are. `each`: messages of one quick client in one burst.
    pub(super) async fn begin(nodes: [&Place; 2], each: usize) -> Self {
        let mut people = [Vec::new(), Vec::new()];
        for (side, place) in nodes.into_iter().enumerate() {
            for n in 0..=SPEAKERS {
                people[side].push(place.sign_up(&format!("Person {side} {n}")).await);
            }
        }
        let everybody: Vec<&Person> = people.iter().flatten().collect();
        let conversation = people[0][0].socket().await.group(&everybody[1..]).await;
        let places = nodes.map(|place| watch::Sender::new(place.clone()));
        let mut tabs = [
            Tab::open(&people[0][0], places[0].subscribe()).await,
            Tab::open(&people[1][0], places[1].subscribe()).await,
        ];
        for tab in &mut tabs {
            tab.until("the group is there", |client| client.conversation(conversation).is_some()).await;
            // What is on show is never trimmed.
            tab.look(conversation).await;
        }
        Self { conversation, people, places, tabs, each, log: Vec::new(), bursts: 0, began: Instant::now() }
    }

    /// Messages in one burst.
    pub(super) fn size(&self) -> usize {
        2 * (SPEAKERS * self.each + WRITTEN)
    }

    /// Of how many acknowledgements at one side some are sure to be outstanding still.
    pub(super) fn early(&self) -> u64 {
        (SPEAKERS * self.each / 2) as u64
    }

    /// One side's clients find a node here from now on.
    pub(super) fn moves(&self, side: usize, place: &Place) {
        self.places[side].send_replace(place.clone());
    }

    /// Both sides speak at once while the trouble happens, until all is acknowledged and everybody has it. Then the log is
    /// checked, as it is shown at either side and as it is loaded afresh there.
    pub(super) async fn burst<T>(&mut self, trouble: impl AsyncFnOnce(&mut Progress, &Places<'_>) -> T) -> (Spoken, T) {
        self.bursts += 1;
        let burst = self.bursts;
        let first = self.log.len() as Seq + 1;
        let last = (self.log.len() + self.size()) as Seq;
        let conversation = self.conversation;
        let (acknowledged, sides): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::unbounded_channel()).unzip();
        let mut speakers = Vec::new();
        for (side, acknowledged) in acknowledged.into_iter().enumerate() {
            speakers.extend(self.speakers(side, &acknowledged));
        }
        let Ok(sides) = <[_; 2]>::try_from(sides) else { unreachable!("there are two sides") };
        let mut progress = Progress { sides };
        let written: Vec<Vec<String>> =
            (0..2).map(|side| (0..WRITTEN).map(|i| format!("{side}:whole:{burst}:{i}")).collect()).collect();
        let Self { tabs, places, .. } = self;
        let whole = join_all(tabs.iter_mut().zip(&written).map(async |(tab, texts)| {
            for text in texts {
                tab.send(conversation, text).await;
            }
            let has_all = |tab: &Tab| {
                tab.kept.is_empty() && tab.client.conversation(conversation).is_some_and(|view| view.last_seq == last)
            };
            while !has_all(tab) {
                tab.turn().await;
            }
        }));
        let places = Places(places);
        let all = join(join_all(speakers), join(whole, trouble(&mut progress, &places)));
        let Ok((spoken, (_, came))) = timeout(PATIENCE, all).await else {
            for tab in &self.tabs {
                let view = tab.client.conversation(conversation).map(|view| (view.last_seq, view.loading));
                let (status, kept, ends) = (tab.client.status(), tab.kept.len(), &tab.ends);
                tell(&format!("a whole client is {status:?}, keeps {kept}, has {view:?} of {last}, {ends:?}"));
            }
            panic!("burst {burst} does not end");
        };
        let spoken: Vec<Vec<Sent>> = spoken.into_iter().map(|spoken| spoken.expect("no client fails")).collect();
        let now = self.seen(first, last).await;
        check(&now, &spoken, &written);
        self.log.extend(now);
        let again = spoken.iter().flatten().map(|message| message.said - 1).sum();
        let refused = spoken.iter().flatten().map(|message| message.refused).sum();
        (Spoken { seqs: first..last + 1, again, refused }, came)
    }

    fn speakers(
        &self,
        side: usize,
        acknowledged: &UnboundedSender<Acknowledged>,
    ) -> Vec<tokio::task::JoinHandle<Vec<Sent>>> {
        let speakers = self.people[side].iter().skip(1).enumerate().map(|(n, person)| {
            let texts = (0..self.each).map(|i| Sent::new(format!("{side}:{n}:{}:{i}", self.bursts)));
            let (messages, conversation) = (texts.collect(), self.conversation);
            let (places, acknowledged) = (self.places[side].subscribe(), acknowledged.clone());
            tokio::spawn(Speaker { person: person.clone(), conversation, messages, places, acknowledged }.speak())
        });
        speakers.collect()
    }

    /// The log from one place to another, which is the same for everybody on either node.
    async fn seen(&mut self, first: Seq, last: Seq) -> Vec<Entry> {
        let mut seen: Option<Vec<Entry>> = None;
        for side in 0..2 {
            let place = self.places[side].borrow().clone();
            let fresh = loaded(&self.people[side][1].at(&place), self.conversation, first, last).await;
            let shown = soon("all is shown", shown(&mut self.tabs[side], self.conversation, first)).await;
            // Not assert_eq: it would print hundreds of messages.
            assert!(shown == fresh, "who was there all the time sees what who comes afresh sees");
            let first_seen = seen.get_or_insert_with(|| fresh.clone());
            assert!(*first_seen == fresh, "both nodes show the same");
        }
        seen.expect("there are two sides")
    }

    /// The whole log is what it was burst by burst, on both sides; the last line of the story.
    pub(super) async fn end(mut self, what: &str, server: &str) {
        let all = self.log.len();
        let seen = self.seen(1, all as Seq).await;
        assert!(seen == self.log, "nothing later has changed what was there before it");
        tell(&format!(
            "{what}: {} of {} survived; {all} messages, 0 lost, 0 doubled, order kept, seq 1 to {all} without a gap, the \
             same for everybody; {} s ({server})",
            self.bursts,
            self.bursts,
            self.began.elapsed().as_secs()
        ));
    }
}

/// Where the sides' clients find their nodes, to be changed while they speak.
pub(super) struct Places<'a>(&'a [watch::Sender<Place>; 2]);

impl Places<'_> {
    pub(super) fn moves(&self, side: usize, place: &Place) {
        self.0[side].send_replace(place.clone());
    }
}

impl Progress {
    /// Waits until so many messages of one side are acknowledged.
    pub(super) async fn acknowledged(&mut self, side: usize, count: u64) {
        for _ in 0..count {
            self.sides[side].recv().await.expect("the clients still speak");
        }
    }

    /// Waits for an acknowledgement at this side on a connection that is newer than this moment; there may be none any
    /// more to wait for.
    pub(super) async fn next_after(&mut self, side: usize, moment: Instant) {
        while let Some(acknowledged) = self.sides[side].recv().await {
            if acknowledged.connected > moment {
                return;
            }
        }
    }

    /// Waits for the next acknowledgement at both sides; there may be none any more to wait for.
    pub(super) async fn next_at_both(&mut self) {
        for side in &mut self.sides {
            while side.try_recv().is_ok() {}
        }
        for side in &mut self.sides {
            side.recv().await;
        }
    }
}
