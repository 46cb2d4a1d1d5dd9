# German. The sections and ids are those of en.ftl.

## Everywhere
app-description = Chat auf dem eigenen Server.
online = Online
offline-name-change = Du bist offline. Der Name wird geändert, sobald du wieder online bist.
unknown-person = Unbekannte Person
loading = Wird geladen …
not-loaded-title = Dieser Teil der Seite wurde nicht geladen
not-loaded-text = Prüfe deine Verbindung und versuche es erneut. Hilft das nicht, lade die Seite neu.
page-stopped = Myna läuft auf dieser Seite nicht mehr. Du kannst sie noch lesen. Lade sie neu, um Nachrichten zu senden und zu empfangen.
reload = Neu laden
scripts-needed = Myna braucht JavaScript, um Nachrichten zu senden und zu empfangen. Du kannst lesen, was da ist.
name = Name
password = Passwort
cancel = Abbrechen
save = Sichern
delete = Löschen
dismiss = Schließen
close = Schließen
try-again = Erneut versuchen
back = Zurück zu den Unterhaltungen
back-unread = Zurück zu den Unterhaltungen, { $count } ungelesen
details = Details
channels = Kanäle
people = Personen
conversations = Unterhaltungen
new-message = Neue Nachricht
skip-to-conversation = Zur Unterhaltung springen
your-conversations = Zu deinen Unterhaltungen

## Signing in and up
sign-in = Anmelden
sign-in-title = Bei Myna anmelden
sign-in-lead = Chat auf dem eigenen Server.
sign-in-new = Neu hier?
sign-out = Abmelden
create-account = Konto erstellen
sign-up-title = Bei Myna mitmachen
sign-up-lead = Unter diesem Namen finden dich andere.
sign-up-known = Du hast schon ein Konto?
password-hint = Mindestens 8 Zeichen.

## Pages that say why there is nothing to see
not-found-title = Seite nicht gefunden
not-found-text = Diese Seite gibt es nicht.
problem-title = Etwas ist schiefgelaufen
absent-title = Unterhaltung nicht gefunden
absent-text = Vielleicht gibt es sie nicht, oder du bist kein Mitglied.
nothing-open-title = Keine Unterhaltung ausgewählt
nothing-open-text = Wähle eine Unterhaltung aus oder beginne eine neue.
welcome-title = Willkommen bei Myna
welcome-text = Finde andere über ihren Namen und sag Hallo.
loading-conversation = Unterhaltung wird geladen

## The list of conversations
search = Suchen
no-results = Keine Ergebnisse für „{ $text }“.
no-conversations = Noch keine Unterhaltungen.
start-conversation = Unterhaltung beginnen
join-channel = Diesem Kanal beitreten
unread = ungelesen
preview-from = { $name }: { $text }
you-loved = Du liebst „{ $text }“
loved = { $name } liebt „{ $text }“
you-liked = Du magst „{ $text }“
liked = { $name } mag „{ $text }“
you-disliked = Du magst „{ $text }“ nicht
disliked = { $name } mag „{ $text }“ nicht
you-laughed = Du lachst über „{ $text }“
laughed = { $name } lacht über „{ $text }“
you-emphasized = Du betonst „{ $text }“
emphasized = { $name } betont „{ $text }“
you-questioned = Du stellst „{ $text }“ infrage
questioned = { $name } stellt „{ $text }“ infrage
you-reacted = Du reagierst mit { $emoji } auf „{ $text }“
reacted = { $name } reagiert mit { $emoji } auf „{ $text }“
typing-short = schreibt …
message-failed = Eine Nachricht wurde nicht zugestellt
draft = Entwurf:
title-self = Notiz an mich
title-alone = Nur du
title-two = { $first } und { $second }
title-three = { $first }, { $second } und { $third }
title-one-more = { $count ->
    [one] { $first } und { $count } weitere Person
   *[other] { $first } und { $count } weitere
}
title-two-more = { $count ->
    [one] { $first }, { $second } und { $count } weitere Person
   *[other] { $first }, { $second } und { $count } weitere
}
page-title = { $name } · Myna
unread-title = ({ $count }) { $name }

## Your account
your-name = Dein Name
your-name-hint = Damit finden dich andere, und damit meldest du dich an.
change-name = Namen ändern
sign-out-confirm = Abmelden?
sign-out-unsent = Deine Entwürfe und nicht gesendeten Nachrichten werden gelöscht.

## A conversation
messages = Nachrichten
unread-messages = Ungelesene Nachrichten
no-messages = Noch keine Nachrichten. Sag Hallo!
beginning = Anfang der Unterhaltung
loading-older = Ältere Nachrichten werden geladen
jump-to-latest = Zur neuesten Nachricht
first-unread = Erste ungelesene Nachricht
jump-to-latest-new = Zur neuesten Nachricht, { $count } neu
is-typing = { $name } schreibt
joined = { $name } ist beigetreten
left = { $name } hat die Unterhaltung verlassen
you-joined = Du bist beigetreten
you-left = Du hast die Unterhaltung verlassen
delivered = Zugestellt
read = Gelesen
not-delivered = Nicht zugestellt
not-delivered-why = Nicht zugestellt: { $why }
not-delivered-retry = Nicht zugestellt. Erneut versuchen
message = Nachricht
send = Senden
send-hint = Senden. Gedrückt halten oder rechts klicken, um später zu senden.
send-later = Später senden
schedule = Planen
scheduling = Wird geplant …
message-scheduled = Nachricht geplant
scheduled-message = Geplante Nachricht
scheduled-messages = Geplante Nachrichten
no-scheduled = Keine geplanten Nachrichten.
scheduled-for = { $time }, geplant
schedule-later-text = Die Nachricht wird zu dieser Zeit gesendet, auch wenn du offline bist.
schedule-offline = Du bist offline. Verbinde dich, um Nachrichten zu planen oder zu ändern.
date-and-time = Datum und Uhrzeit
send-now = Jetzt senden
not-sent = Nicht gesendet
scheduled-gone = Diese Nachricht wurde gesendet oder gelöscht.
scheduled-gone-unsaved = Diese Nachricht wurde gesendet oder gelöscht. Deine Änderungen sind nicht gesichert.
scheduled-changed = Diese Nachricht wurde auf einem anderen Gerät geändert. Sichere, um sie zu ersetzen.
all-scheduled = { $count ->
    [one] { $count } geplante Nachricht
   *[other] Alle { $count } geplanten Nachrichten
}
not-in-conversation = Eine Unterhaltung, die nicht verfügbar ist
tomorrow = Morgen
you-said = Du
# The name of a message for a screen reader, and of its menu.
said-by = { $by }, { $sent }
forward = Weiterleiten
forward-hint = Unterhaltungen und Personen suchen
forwarded-from = Ursprünglich von { $name }
forwarded-from-you = Ursprünglich von dir
origin-not-yours = Du bist nicht in der Unterhaltung, aus der diese Nachricht stammt.
messages-count = { $count ->
    [one] { $count } Nachricht
   *[other] { $count } Nachrichten
}
select = Auswählen
select-message = Auswählen: { $text }
chosen-unsent = Einige dieser Nachrichten wurden zurückgezogen.
chosen-not-loaded = Einige dieser Nachrichten sind nicht mehr geladen. Scrolle zu ihnen und versuche es noch einmal.
selected-messages = Ausgewählte Nachrichten
selected = { $count } ausgewählt
selected-most = { $count } ausgewählt, mehr geht nicht
sent = Gesendet
sent-to = An { $name } gesendet
will-be-sent-to = Wird an { $name } gesendet, sobald du verbunden bist
waiting = Wartet
outbox-full = Zu viele Nachrichten warten darauf, gesendet zu werden. Versuche es wieder, wenn du verbunden bist.
done = Fertig
copy = Kopieren
copy-link = Link kopieren
reply = Antworten
replying-to = Antwort an { $name }
replying-to-yourself = Antwort an dich selbst
finish-editing = Beende oder verwirf erst deine Bearbeitung.
cancel-reply = Antwort abbrechen
in-reply-to = Antwort auf { $name }: { $text }
in-reply-to-you = Antwort auf deine Nachricht: { $text }
replies = { $count ->
    [one] { $count } Antwort
   *[other] { $count } Antworten
}
thread = Thread
show-thread = Thread anzeigen
close-thread = Thread schließen
go-to-message = Zur Nachricht
earlier-replies = Frühere Antworten
message-not-found = Diese Nachricht kann nicht geladen werden.
edit = Bearbeiten
undo-send = Senden widerrufen
delete-for-everyone = Für alle löschen
editing = Nachricht wird bearbeitet
cancel-editing = Bearbeiten abbrechen
edited = Bearbeitet
earlier-versions = Frühere Fassungen
version-now = Jetzt
you-unsent = Du hast eine Nachricht zurückgezogen.
unsent = { $name } hat eine Nachricht zurückgezogen.
you-deleted = Du hast eine Nachricht gelöscht.
deleted = { $name } hat eine Nachricht gelöscht.
copied = Kopiert
copy-failed = Dein Browser erlaubt das Kopieren nicht.
reactions = Reaktionen
more-reactions = Weitere Reaktionen
remove-reaction = Entfernen
react = Reagieren
love = Herz
like = Gefällt mir
dislike = Gefällt mir nicht
laugh = Haha
emphasize = Betonen
question = Infrage stellen
insert-emoji = Emoji einfügen
choose-reaction = Reaktion wählen
search-emoji = Emoji suchen (Englisch)
recent-emoji = Zuletzt
no-emoji = Kein Emoji für „{ $text }“.
skin-tone = Hautton
emoji-smileys = Smileys und Gefühle
emoji-people = Menschen und Körper
emoji-animals = Tiere und Natur
emoji-food = Essen und Trinken
emoji-travel = Reisen und Orte
emoji-activities = Aktivitäten
emoji-objects = Gegenstände
emoji-symbols = Symbole
emoji-flags = Flaggen
emoji-not-loaded = Die Emoji konnten nicht geladen werden. Prüfe deine Verbindung.
too-late = Diese Nachricht ist schon gesendet.
today = Heute
yesterday = Gestern
weekday = { $day ->
    [1] Montag
    [2] Dienstag
    [3] Mittwoch
    [4] Donnerstag
    [5] Freitag
    [6] Samstag
   *[7] Sonntag
}
time-pattern = %H:%M
date-pattern = %d.%m.%y

## Going somewhere by keys
quick-switcher = Gehe zu …
quick-switcher-hint = Gehe zu einer Unterhaltung, Person oder Aktion
previous-conversation = Vorherige Unterhaltung
next-conversation = Nächste Unterhaltung
previous-unread = Vorherige ungelesene Unterhaltung
next-unread = Nächste ungelesene Unterhaltung
add-people = Personen hinzufügen
add-people-text = Sie können dann alle früheren Nachrichten lesen.
already-member = Schon Mitglied
add = Hinzufügen
go-to-date = Zu einem Datum gehen
date = Datum
go = Gehe zu
shortcuts = Tastaturkurzbefehle
shortcuts-anywhere = Überall
shortcuts-writing = Beim Schreiben
shortcuts-message = Auf einer Nachricht
or = oder
new-line = Neue Zeile
to-messages = Letzte Nachricht bearbeiten oder zu den Nachrichten, wenn das Feld leer ist
previous-next-message = Vorherige und nächste Nachricht
message-menu = Aktionen
to-composer = Zurück zum Schreiben
key-control = Strg
key-shift = Umschalt
key-delete = Entf

## Details
close-details = Details schließen
direct-conversation = Direkte Unterhaltung
group-of = { $count ->
    [one] { $count } Person
   *[other] { $count } Personen
}
public-channel-of = { $count ->
    [one] Öffentlicher Kanal, { $count } Mitglied
   *[other] Öffentlicher Kanal, { $count } Mitglieder
}
members = Mitglieder
member-count = { $count ->
    [one] { $count } Mitglied
   *[other] { $count } Mitglieder
}
name-you = { $name } (du)
change-group-name = Gruppennamen ändern
change-channel-name = Kanalnamen ändern
group-name = Gruppenname
channel-name = Kanalname
group-name-hint = Leer lassen, um die Gruppe nach ihren Mitgliedern zu benennen.
leave-conversation = Unterhaltung verlassen
leave-channel = Kanal verlassen
leave-confirm = „{ $name }“ verlassen?
leave = Verlassen
leave-channel-text = Du kannst jederzeit wieder beitreten.
leave-group-text = Du erhältst keine Nachrichten mehr und kannst nicht von selbst zurückkommen.

## Channels and new conversations
find-channel = Kanal suchen oder erstellen
create-channel = Kanal erstellen
no-channels = Noch keine Kanäle. Erstelle den ersten.
no-channel-named = Noch kein Kanal hat diesen Namen.
join = Beitreten
join-named = { $name } beitreten
open = Öffnen
open-named = { $name } öffnen
to = An:
remove-named = { $name } entfernen
no-person-named = Keine Ergebnisse für „{ $text }“.
group-name-optional = Gruppenname (optional)
start = Starten

## The connection
reconnecting = Verbindung wird hergestellt … Nachrichten werden gesendet, sobald du wieder online bist.
offline = Du bist offline. Nachrichten werden gesendet, sobald du wieder online bist.
no-live-connection = Diese Seite kann ihre Live-Verbindung nicht öffnen, obwohl der Server antwortet. Falls du den Server betreibst: Der Proxy muss das WebSocket-Upgrade weiterleiten. Neuer Versuch läuft…
reconnect-now = Jetzt verbinden

## Why something was refused
unreachable = Der Server ist nicht erreichbar. Bitte versuche es erneut.
refused-unauthenticated = Bitte melde dich an.
refused-bad-credentials = Falscher Name oder falsches Passwort.
refused-name-taken = Dieser Name ist vergeben. Bitte wähle einen anderen.
refused-name-invalid = Ein Name hat 1 bis 64 sichtbare Zeichen.
refused-password-too-short = Ein Passwort hat mindestens 8 Zeichen.
refused-password-too-long = Ein Passwort hat höchstens 256 Zeichen.
refused-text-empty = Schreibe zuerst eine Nachricht.
refused-text-too-long = Eine Nachricht hat höchstens 8.000 Zeichen.
refused-text-invalid = Eine Nachricht darf keine Steuerzeichen enthalten.
refused-not-found = Das gibt es nicht mehr, oder du bist kein Mitglied.
refused-client-id-reused = Diese Nachricht wurde schon mit anderem Text gesendet. Bitte sende sie noch einmal.
refused-id-taken = Etwas ist schiefgelaufen. Bitte versuche es erneut.
refused-too-many-members = Eine Gruppe hat höchstens 256 Personen.
refused-too-few-members = Füge mindestens eine andere Person hinzu.
refused-direct-stays = Du kannst eine direkte Unterhaltung nicht verlassen.
refused-not-allowed = Das darfst du hier nicht.
refused-edit-too-late = Diese Nachricht kann nicht mehr bearbeitet werden.
refused-edit-too-often = Du kannst eine Nachricht fünfmal bearbeiten. Diese kann nicht noch einmal bearbeitet werden.
refused-unsend-too-late = Diese Nachricht kann nicht mehr zurückgezogen werden.
refused-message-unsent = Diese Nachricht wurde zurückgezogen.
refused-message-forwarded = Eine weitergeleitete Nachricht kann nicht bearbeitet werden.
refused-emoji-invalid = Eine Reaktion ist ein Emoji. Wähle ein anderes.
refused-too-many-reactions = Diese Nachricht hat so viele Reaktionen, wie sie haben kann.
refused-time-past = Wähle eine Zeit in der Zukunft.
refused-time-too-far = Du kannst eine Nachricht höchstens 14 Tage im Voraus planen.
refused-too-many-scheduled = Du hast zu viele geplante Nachrichten. Sende oder lösche zuerst eine.
refused-malformed = Etwas ist schiefgelaufen. Bitte lade die Seite neu.
refused-foreign-origin = Der Server erwartet diese Adresse nicht. Wer ihn betreibt, stellt sie mit --public-url ein.
refused-too-many = Zu viele Versuche. Bitte warte einen Moment.
refused-unavailable = Der Server kann das gerade nicht. Bitte versuche es erneut.
refused-unknown = Der Server hat das abgelehnt. Bitte lade die Seite neu.

## Settings
settings = Einstellungen
language-title = Sprache
appearance = Darstellung
theme-system = System
theme-light = Hell
theme-dark = Dunkel
accent = Akzentfarbe
accent-blue = Blau
accent-purple = Violett
accent-pink = Rosa
accent-red = Rot
accent-orange = Orange
accent-green = Grün
accent-graphite = Graphit
sounds = Töne
sounds-text = Ton bei neuen Nachrichten
account = Konto
