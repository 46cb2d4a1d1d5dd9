//! XMPP over WebSocket (RFC 7395), as far as rooms need it: an account (XEP-0077), a session, rooms (XEP-0045), and what the
//! archive has since (XEP-0313). Each message of a socket is one stanza; what matters of it is looked for in its bytes.

use super::{Rooms, SENDER, handshake};
use crate::marker::Marker;
use crate::quick::{Heard, ProtocolAdapter};
use anyhow::bail;
use memchr::memmem;
use std::cell::RefCell;
use std::net::SocketAddr;

const OPEN: &str = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>";
const BIND: &str =
    "<iq xmlns='jabber:client' type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
/// Everybody's password.
const PASSWORD: &str = "correct horse battery";
/// Messages that are asked for at a time; a server may give fewer.
const PAGE: usize = 50;

/// Many clients of one server.
pub(super) struct Xmpp {
    address: SocketAddr,
    rooms: Rooms,
    /// The room whose archive is asked for what was missed when somebody comes back.
    resumed: Option<usize>,
    clients: RefCell<Vec<Client>>,
}

#[derive(Debug, Clone, Default)]
struct Client {
    registered: bool,
    /// Rooms that they wait to be let into.
    joining: usize,
    /// The archive's id of the last that they were told, in order.
    last: Option<String>,
    was_live: bool,
    catching_up: bool,
}

impl Xmpp {
    pub(super) fn new(address: SocketAddr, rooms: Rooms, resumed: Option<usize>) -> Self {
        let clients = RefCell::new(vec![Client::default(); rooms.people()]);
        Self { address, rooms, resumed, clients }
    }

    fn said(&self, person: usize, stanza: &[u8], tell: &mut dyn FnMut(Heard)) {
        let Some((Marker { number, due }, _)) = Marker::find(stanza) else { return };
        tell(Heard::Row { conversation: 0, seq: 0, number, due });
        if person == SENDER {
            // A room acknowledges a message by telling its sender of it too.
            tell(Heard::Ack { request: number, seq: 0 });
        }
        if let Some(room) = self.resumed
            && memmem::find(stanza, format!("r{room}@").as_bytes()).is_some()
        {
            let client = &mut self.clients.borrow_mut()[person];
            let tag: &[u8] = if client.catching_up { b"<result " } else { b"<stanza-id " };
            if let Some(id) = id_of(stanza, tag) {
                client.last = Some(id);
            }
        }
    }

    /// The rare stanzas: those that begin a session.
    fn word(&self, person: usize, stanza: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        let has = |part: &str| memmem::find(stanza, part.as_bytes()).is_some();
        let is = |id: &str| has(&format!(" id='{id}'")) || has(&format!(" id=\"{id}\""));
        let client = &mut self.clients.borrow_mut()[person];
        if stanza.starts_with(b"<presence") {
            if has(" type='error'") || has(" type=\"error\"") {
                bail!("{person} may not enter: {}", String::from_utf8_lossy(stanza));
            }
            // 110: this presence is one's own, and the last of those who are there.
            if has("'110'") || has("\"110\"") {
                client.joining = client.joining.saturating_sub(1);
                if client.joining == 0 {
                    match (self.resumed, client.was_live) {
                        (Some(room), true) => {
                            client.catching_up = true;
                            tell(Heard::Say(archive(room, client.last.as_deref())));
                        }
                        _ => tell(Heard::Live),
                    }
                    client.was_live = true;
                }
            }
        } else if has("urn:ietf:params:xml:ns:xmpp-sasl") && has("<mechanism") {
            let registered = std::mem::replace(&mut client.registered, true);
            tell(Heard::Say(if registered { authenticate(person) } else { register(person) }));
        } else if stanza.starts_with(b"<success") {
            tell(Heard::Say(OPEN.to_owned()));
        } else if has("urn:ietf:params:xml:ns:xmpp-bind") && !stanza.starts_with(b"<iq") {
            tell(Heard::Say(BIND.to_owned()));
        } else if stanza.starts_with(b"<iq") && is("register") {
            // Whether it is new or was there already shows when it is used.
            tell(Heard::Say(authenticate(person)));
        } else if stanza.starts_with(b"<iq") && is("bind") {
            client.joining = 0;
            for room in self.rooms.of(person) {
                client.joining += 1;
                tell(Heard::Say(join(person, room)));
            }
        } else if stanza.starts_with(b"<iq") && is("archive") {
            match self.resumed {
                Some(room) if has("<fin") && !has("complete='true'") && !has("complete=\"true\"") => {
                    tell(Heard::Say(archive(room, client.last.as_deref())));
                }
                _ if has("<fin") => {
                    client.catching_up = false;
                    tell(Heard::Live);
                }
                _ => bail!("the archive says nothing: {}", String::from_utf8_lossy(stanza)),
            }
        } else if stanza.starts_with(b"<failure") || stanza.starts_with(b"<stream:error") {
            bail!("{person} is refused: {}", String::from_utf8_lossy(stanza));
        }
        Ok(())
    }
}

impl ProtocolAdapter for Xmpp {
    fn request(&self, _: usize) -> String {
        handshake(self.address, "/xmpp-websocket", "Sec-WebSocket-Protocol: xmpp\r\n")
    }

    fn greeting(&self, _: usize) -> Option<String> {
        Some(OPEN.to_owned())
    }

    fn message(&self, _: usize, talk: u32, number: u64, text: &str) -> String {
        format!(
            "<message xmlns='jabber:client' to='r{talk}@conference.localhost' type='groupchat' id='{number}'>\
             <body>{text}</body></message>"
        )
    }

    fn hear(&self, person: usize, stanza: &[u8], tell: &mut dyn FnMut(Heard)) -> anyhow::Result<()> {
        if stanza.starts_with(b"<message") {
            self.said(person, stanza, tell);
            return Ok(());
        }
        self.word(person, stanza, tell)
    }
}

fn register(person: usize) -> String {
    format!(
        "<iq xmlns='jabber:client' type='set' id='register'><query xmlns='jabber:iq:register'>\
         <username>p{person}</username><password>{PASSWORD}</password></query></iq>"
    )
}

fn authenticate(person: usize) -> String {
    let credentials = base64(format!("\0p{person}\0{PASSWORD}").as_bytes());
    format!("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{credentials}</auth>")
}

/// Whoever asks the archive wants no history on coming in.
fn join(person: usize, room: usize) -> String {
    format!(
        "<presence xmlns='jabber:client' to='r{room}@conference.localhost/p{person}'>\
         <x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"
    )
}

fn archive(room: usize, after: Option<&str>) -> String {
    let after = after.map_or_else(String::new, |id| format!("<after>{id}</after>"));
    format!(
        "<iq xmlns='jabber:client' type='set' id='archive' to='r{room}@conference.localhost'>\
         <query xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'><max>{PAGE}</max>{after}</set></query></iq>"
    )
}

/// The id that the first element of this name has.
fn id_of(stanza: &[u8], tag: &[u8]) -> Option<String> {
    let element = &stanza[memmem::find(stanza, tag)? + tag.len() - 1..];
    let element = &element[..memchr::memchr(b'>', element)?];
    let from = memmem::find(element, b" id=")? + b" id=".len();
    let quote = *element.get(from)?;
    let id = &element[from + 1..];
    let id = &id[..memchr::memchr(quote, id)?];
    String::from_utf8(id.to_vec()).ok()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(adapter: &Xmpp, person: usize, stanza: &str) -> Vec<String> {
        let mut told = Vec::new();
        let mut tell = |heard| {
            told.push(match heard {
                Heard::Say(text) => text,
                heard => format!("{heard:?}"),
            });
        };
        adapter.hear(person, stanza.as_bytes(), &mut tell).unwrap();
        told
    }

    fn adapter(resumed: Option<usize>) -> Xmpp {
        Xmpp::new(SocketAddr::from(([127, 0, 0, 1], 1)), Rooms::new(&[2]), resumed)
    }

    const FEATURES: &str = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>\
        <mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>";

    #[test]
    fn an_account_is_made_once() {
        let adapter = adapter(None);
        assert_eq!(told(&adapter, 1, FEATURES), [register(1)]);
        assert_eq!(told(&adapter, 1, "<iq type='result' id='register'/>"), [authenticate(1)]);
        assert_eq!(told(&adapter, 1, FEATURES), [authenticate(1)]);
    }

    #[test]
    fn only_the_sender_takes_what_the_room_says_for_an_answer() {
        let text = Marker { number: 5, due: 6 }.text(200);
        let stanza = format!("<message from='r0@conference.localhost/p0'><body>{text}</body></message>");
        assert_eq!(told(&adapter(None), SENDER, &stanza).len(), 2);
        assert_eq!(told(&adapter(None), 1, &stanza), ["Row { conversation: 0, seq: 0, number: 5, due: 6 }"]);
    }

    #[test]
    fn who_comes_back_asks_the_archive_from_where_they_were() {
        let adapter = adapter(Some(0));
        let entered = "<presence><x><status code='110'/></x></presence>";
        assert_eq!(told(&adapter, 1, entered), ["Live"]);
        let text = Marker { number: 5, due: 6 }.text(200);
        told(
            &adapter,
            1,
            &format!("<message from='r0@c/p0'><body>{text}</body><stanza-id by='r0@c' id='77'/></message>"),
        );
        assert_eq!(told(&adapter, 1, entered), [archive(0, Some("77"))]);
        told(
            &adapter,
            1,
            &format!("<message from='r0@c'><result xmlns='m' id=\"78\"><body>{text}</body></result></message>"),
        );
        assert_eq!(told(&adapter, 1, "<iq id='archive'><fin/></iq>"), [archive(0, Some("78"))]);
        assert_eq!(told(&adapter, 1, "<iq id='archive'><fin complete='true'/></iq>"), ["Live"]);
    }

    #[test]
    fn credentials_are_written_as_the_standard_says() {
        let texts = ["", "f", "fo", "foo", "foob"].map(|text| base64(text.as_bytes()));
        assert_eq!(texts, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
