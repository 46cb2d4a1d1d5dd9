#!/usr/bin/env python3
"""A small Myna client. It needs Python 3.9 and nothing else; docs/protocol.md explains every frame.

    client.py URL demo                              try the protocol with two new accounts
    client.py URL listen NAME PASSWORD              print messages as they come
    client.py URL send NAME PASSWORD OTHER TEXT     send one direct message to the person OTHER
"""
import base64, hashlib, json, os, random, secrets, socket, ssl, struct, sys, time, uuid
import urllib.error, urllib.parse, urllib.request


class Lost(Exception):
    """The connection is gone. `retry_after` is the longest wait in milliseconds, if the server named one."""
    def __init__(self, why, sign_in=False, retry_after=None):
        super().__init__(why)
        self.sign_in, self.retry_after = sign_in, retry_after


class Refused(Exception):
    """The server said no. Programs decide by `code`; the text is for people."""
    def __init__(self, code, text=""):
        super().__init__(f"{code} ({text})" if text else code)
        self.code = code


class WebSocket:
    """The part of RFC 6455 that a client needs."""

    def __init__(self, url, headers):
        self.buffer, self.parts = b"", b""
        at, key = urllib.parse.urlsplit(url), base64.b64encode(os.urandom(16)).decode()
        headers = {"Host": at.netloc, "Connection": "Upgrade", "Upgrade": "websocket",
                   "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key, **headers}
        try:
            self.sock = socket.create_connection((at.hostname, at.port or (443 if at.scheme == "https" else 80)), 20)
            if at.scheme == "https":
                self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=at.hostname)
            self.sock.sendall("\r\n".join([f"GET {at.path} HTTP/1.1", *map(": ".join, headers.items()), "", ""]).encode())
            while b"\r\n\r\n" not in self.buffer:
                self.fill(20)
        except OSError as error:
            raise Lost(f"cannot connect: {error}")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)  # The first frames may follow the head at once.
        status = head.decode("latin-1").split("\r\n")[0]
        proof = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        if " 101 " not in status or proof not in head:
            raise Lost(f"the handshake failed: {status}", sign_in=" 401 " in status)

    def fill(self, seconds):
        self.sock.settimeout(max(seconds, 0.001))
        data = self.sock.recv(65536)
        if not data:
            raise Lost("the server closed the connection")
        self.buffer += data

    def exactly(self, size):
        while len(self.buffer) < size:
            self.fill(20)
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def read(self, seconds):
        """The next text, or None if none comes in time."""
        try:
            if not self.buffer:
                try:
                    self.fill(seconds)
                except socket.timeout:
                    return None
            first, size = self.exactly(2)
            if size > 125:
                size = int.from_bytes(self.exactly(2 if size == 126 else 8), "big")
            payload = self.exactly(size)
        except OSError as error:
            raise Lost(f"cannot read: {error}")
        last, opcode = first & 0x80, first & 0x0F
        if opcode == 8:
            code = int.from_bytes(payload[:2], "big")
            self.close()
            raise Lost(f"the server closed the connection with code {code}", sign_in=code in (4001, 4002))
        if opcode == 9:
            self.write(10, payload)
        elif opcode in (0, 1):  # A text may come in parts.
            self.parts += payload
            if last:
                text, self.parts = self.parts.decode(), b""
                return text

    def write(self, opcode, payload):
        size, mask = len(payload), os.urandom(4)  # A client masks what it sends; a server does not.
        if size > 65535:
            raise Refused("text_too_long", "the server reads at most 64 KiB in a frame")
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        try:
            self.sock.settimeout(20)
            self.sock.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))
        except OSError as error:
            raise Lost(f"cannot write: {error}")

    def close(self):
        try:
            self.write(8, struct.pack("!H", 1000))
        except Lost:
            pass  # The other side was faster.
        self.sock.close()

    def drop(self):
        """Ends the connection as a broken cable does: without a close frame."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


def uuid7():
    """A new id that begins with the time."""
    raw = bytearray(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
    raw[6], raw[8] = 0x70 | raw[6] & 0x0F, 0x80 | raw[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(raw)))


def hold(table, rows, key="id"):
    """A row with a greater rev replaces the one that we hold."""
    for row in rows:
        if row["rev"] >= table.get(row[key], row)["rev"]:
            table[row[key]] = row


class Client:
    """One person's copy of the rows. It outlives the connection, so `connect` fetches only what is missing."""

    def __init__(self, url, name, password):
        self.url, self.name, self.password = url.rstrip("/"), name, password
        self.request = 0        # the last request that we made
        self.cursors = {}       # feed -> the rev up to which we hold it
        self.people, self.memberships, self.conversations = {}, {}, {}  # rows
        self.messages = {}      # conversation -> seq -> row
        self.taken = {}         # conversation -> the last seq that `news` gave out
        self.outbox = {}        # client_id -> a `send` that the server has not answered, in order

    def sign(self, door):
        """Goes in through `sign_in` or `sign_up` and keeps the cookie."""
        form = urllib.parse.urlencode({"name": self.name, "password": self.password}).encode()
        try:
            with urllib.request.urlopen(f"{self.url}/api/{door}", form, timeout=20) as answer:
                self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        except urllib.error.HTTPError as error:
            raise Refused(json.loads(error.read() or b"{}").get("refused", f"HTTP {error.code}"))
        except OSError as error:
            raise Lost(f"cannot connect: {error}")

    def connect(self):
        """Opens a socket, says hello with our cursors, and reads until we hold everything."""
        self.answers = {}       # request -> the event that answers it
        self.gaps = {}          # feed -> a rev that we know of but do not hold
        self.resyncs = {}       # request -> the feed that it mends
        self.caught_up, self.next, self.ask_for, self.pong_due = False, None, [], None
        self.ws = WebSocket(self.url + "/ws", {"Cookie": self.cookie, "Origin": self.url, "Sec-WebSocket-Protocol": "myna.v1"})
        self.write({"type": "hello", "cursors": self.cursors})
        self.until(lambda: self.caught_up, "caught_up")
        # Hello brings the 50 most recent conversations. Get the others too, unless we hold them already.
        while self.next and any(f"conversation/{id}" not in self.cursors for id in self.memberships):
            self.next = self.ask({"type": "list", "after": self.next, "limit": 50}).get("next")
        self.deliver()

    def write(self, frame):
        self.wrote_at = time.monotonic()
        self.ws.write(1, json.dumps(frame, ensure_ascii=False).encode())

    def command(self, frame):
        """Writes a command under a new request, and gives the request."""
        self.request += 1
        self.write({**frame, "request": self.request})
        return self.request

    def step(self, seconds=1.0):
        """Waits a moment for one event and applies it."""
        now = time.monotonic()
        if self.pong_due and now > self.pong_due:
            raise Lost("the server does not answer a ping")
        if now - self.wrote_at > 25:
            self.pong_due = self.pong_due or now + 20
            self.write({"type": "ping"})
        text = self.ws.read(seconds)
        if text is not None:
            self.handle(json.loads(text))

    def until(self, reached, what, seconds=20):
        end = time.monotonic() + seconds
        while not reached():
            if time.monotonic() > end:
                raise Lost(f"{what} did not come within {seconds} seconds")
            self.step(0.2)

    def handle(self, event):
        kind, request = event["type"], event.get("request")
        if kind == "welcome":
            self.me = event["user"]["id"]
        elif kind == "rows":
            self.apply(event["feed"], event["from"], event["rev"], event["rows"])
        elif kind == "reset":  # Rows from 0 follow. Until then we hold nothing of this feed.
            self.cursors.pop(event["feed"], None)
            if event["feed"] == "server":
                self.ask_for = list(self.people)
                for person in self.people.values():  # A restored store has smaller revs.
                    person["rev"] = 0
        elif kind == "pong":
            self.pong_due = None
        elif kind == "bye":
            self.ws.close()
            raise Lost(f"the server says bye: {event['reason']}", event["reason"] in ("signed_out", "revoked"), event.get("retry_after"))
        elif request is not None:
            self.answers[request] = event
            self.resyncs.pop(request, None)
            hold(self.people, event.get("people", []))
        if kind == "caught_up":
            if request is None:
                self.caught_up, self.next = True, event.get("next")
            self.mend()

    def apply(self, feed, start, rev, all_rows):
        cursor = self.cursors.get(feed, 0)
        rows = lambda kind: [row for row in all_rows if row["row"] == kind]
        hold(self.people, rows("person"))  # A person is safe even behind a gap.
        if start > cursor:
            self.gaps[feed] = max(rev, self.gaps.get(feed, 0))
            return self.mend()
        fresh = start == 0 and rev > cursor
        self.cursors[feed] = max(cursor, rev)
        if feed.startswith("user/"):
            if fresh:
                self.memberships.clear()  # A fresh own feed has all of them.
            hold(self.memberships, rows("membership"), "conversation")
            for id in [id for id, row in self.memberships.items() if not row["joined"]]:
                for table in (self.memberships, self.conversations, self.messages, self.taken):
                    table.pop(id, None)
                for table in (self.cursors, self.gaps):
                    table.pop(f"conversation/{id}", None)
        elif feed.startswith("conversation/"):
            id = feed.split("/")[1]
            held, oldest = self.messages.setdefault(id, {}), min((row["seq"] for row in rows("message")), default=1)
            for seq in [seq for seq in held if fresh and seq < oldest]:
                del held[seq]
            self.taken.setdefault(id, oldest - 1)  # What came before the first load is no news.
            hold(self.conversations, rows("conversation"))
            hold(held, rows("message"), "seq")

    def mend(self):
        """Closes gaps with `resync`. Before `caught_up` we may not ask, and the rows to come close most gaps anyway."""
        for feed, rev in list(self.gaps.items()) if self.caught_up else []:
            cursor = self.cursors.get(feed, 0)
            if cursor >= rev:
                del self.gaps[feed]
            elif feed not in self.resyncs.values():
                self.resyncs[self.command({"type": "resync", "feed": feed, "rev": cursor})] = feed
        while self.caught_up and self.ask_for:
            self.command({"type": "people", "users": self.ask_for[:200]})
            del self.ask_for[:200]

    def ask(self, frame):
        """Sends a command and gives its answer. Only `too_many` and `unavailable` are worth another try."""
        while True:
            request = self.command(frame)
            self.until(lambda: request in self.answers, f"the answer to {frame['type']}")
            answer = self.answers.pop(request)
            if answer["type"] != "rejected":
                return answer
            if answer["code"] not in ("too_many", "unavailable"):
                raise Refused(answer["code"], answer["text"])
            time.sleep(1)

    def post(self, conversation, text):
        """Puts a message into the outbox. It keeps its client_id however often we must send it."""
        id = uuid7()
        self.outbox[id] = {"type": "send", "conversation": conversation, "client_id": id, "text": text}
        return self.outbox[id]

    def deliver(self):
        """Sends the outbox in order, and gives the last seq. If the connection breaks, the rest stays in the outbox."""
        seq = None
        while self.outbox:
            id = next(iter(self.outbox))
            try:
                seq = self.ask(self.outbox[id])["seq"]
            except Refused:
                del self.outbox[id]
                raise
            del self.outbox[id]
        return seq

    def say(self, conversation, text):
        self.post(conversation, text)
        return self.deliver()

    def direct(self, name):
        """The direct conversation with the person of this name."""
        for person in self.ask({"type": "search", "text": name})["people"]:
            if person["name"].casefold() == name.casefold():
                return self.ask({"type": "direct", "user": person["id"]})["conversation"]
        raise Refused("not_found", f"there is nobody called {name}")

    def name_of(self, user):
        if user not in self.people:
            self.ask({"type": "people", "users": [user]})
        return self.people.get(user, {"name": "somebody"})["name"]

    def news(self):
        """The messages that nobody has taken yet: each once, in order, without holes."""
        for id in list(self.memberships):
            held, last = self.messages.get(id, {}), self.taken.get(id, 0)
            new = sorted(seq for seq in held if seq > last)
            while new and new[0] > last + 1:  # After a reset we hold the newest messages only.
                page = self.ask({"type": "load", "conversation": id, "before": new[0], "limit": 50})["rows"]
                hold(self.people, [row for row in page if row["row"] == "person"])
                hold(held, [row for row in page if row["row"] == "message"], "seq")
                new = sorted(seq for seq in held if seq > last)
            for row in [held[seq] for seq in new]:
                yield row
                self.taken[id] = row["seq"]


def check(sentence, holds=True):
    if not holds:
        sys.exit(f"failed: this is not so: {sentence}")
    print(sentence, flush=True)


def expect(client, texts, seqs):
    """Reads until the client has these new messages, and a moment longer: one too many would come then."""
    got, end = [], time.monotonic() + 10
    while len(got) < len(texts) and time.monotonic() < end:
        client.step(0.2)
        got += client.news()
    client.step(0.3)
    got = [(row["seq"], row["text"]) for row in [*got, *client.news()]]
    if got != list(zip(seqs, texts)):
        sys.exit(f"failed: {client.name} should get {list(zip(seqs, texts))}, but got {got}")


def demo(url):
    ada, bea = (Client(url, f"{name}-{secrets.token_hex(4)}", secrets.token_hex(12)) for name in ("Ada", "Bea"))
    for client in (ada, bea):
        client.sign("sign_up")
        client.connect()
    check(f"connected: {ada.name} and {bea.name}")

    talk = ada.direct(bea.name)
    for client in (ada, bea):
        client.until(lambda: talk in client.memberships and talk in client.conversations, "the conversation")
    check("both have the direct conversation")

    texts = ["hello", "hello to you", "how are you?", "fine"]
    seqs = [client.say(talk, text) for client, text in zip((ada, bea, ada, bea), texts)]
    expect(ada, texts, seqs)
    expect(bea, texts, seqs)
    check("four messages went both ways, in order, each exactly once", seqs == [1, 2, 3, 4])

    unsure = bea.post(talk, "are you there?")
    bea.command(unsure)
    expect(ada, ["are you there?"], [5])
    bea.ws.drop()
    check("Bea sent message 5, and her connection broke before she saw the ack")

    missed, old = ["one", "two", "three"], bea.cursors[f"conversation/{talk}"]
    check("Ada sent three more meanwhile", [ada.say(talk, text) for text in missed] == [6, 7, 8])
    expect(ada, missed, [6, 7, 8])
    bea.connect()  # This sends the outbox again.
    expect(bea, ["are you there?", *missed], [5, 6, 7, 8])
    check(f"Bea came back with rev {old} and got exactly what she missed", not bea.outbox)
    check("a retry with the same client_id gets seq 5 again", bea.ask(unsure)["seq"] == 5)
    expect(ada, [], [])
    check("nobody got the message twice")

    new_name = bea.name.replace("Bea", "Beatrice")
    bea.ask({"type": "set_name", "name": new_name})
    ada.until(lambda: ada.name_of(bea.me) == new_name, "the new name")
    check(f"Bea is {new_name} now, and Ada sees it")

    for change, code in [({"client_id": uuid7(), "text": " "}, "text_empty"), ({"text": "changed"}, "client_id_reused"),
                         ({"client_id": uuid7(), "conversation": uuid7()}, "not_found")]:
        try:
            bea.ask({**unsure, **change})
            sys.exit(f"failed: the server should refuse {change} with {code}")
        except Refused as refused:
            check(f"refused with {refused}", refused.code == code)
    for client in (ada, bea):
        client.ws.close()
    check("ok")


def listen(url, name, password):
    client, signed_in, started, failures = Client(url, name, password), False, False, 0
    while True:
        try:
            if not signed_in:
                client.sign("sign_in")
                signed_in = True
            client.connect()
            if not started:
                list(client.news())  # What came before is no news.
            started, failures = True, 0
            print("listening", file=sys.stderr)
            while True:
                for row in client.news():
                    place = client.conversations[row["conversation"]]["name"]
                    print(f"[{place}] " if place else "", client.name_of(row["sender"]), ": ", row["text"], sep="", flush=True)
                client.step()
        except Lost as lost:
            signed_in = signed_in and not lost.sign_in
            longest = min(30, 0.5 * 2 ** failures) if lost.retry_after is None else lost.retry_after / 1000
            failures = min(failures + 1, 10)
            print(f"{lost}; connecting again", file=sys.stderr)
            time.sleep(random.uniform(0, longest))


def send(url, name, password, other, text):
    client = Client(url, name, password)
    client.sign("sign_in")
    client.connect()
    print(f"sent: message {client.say(client.direct(other), text)}")
    client.ws.close()


def main(url=None, verb=None, *args):
    run, count = {"demo": (demo, 0), "listen": (listen, 2), "send": (send, 4)}.get(verb, (None, 0))
    if run is None or len(args) != count:
        sys.exit(__doc__)
    try:
        run(url, *args)
    except (Lost, Refused) as error:
        sys.exit(f"failed: {error}")
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
