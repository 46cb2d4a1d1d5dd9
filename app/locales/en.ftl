# What the page says. A message's id says where it stands or what it does; arguments are sorted by name in the code.

## Everywhere
app-description = Messaging on your own server.
online = Online
offline-name-change = You’re offline. The name will be changed when you’re back online.
unknown-person = Unknown person
loading = Loading…
not-loaded-title = This part of the page didn’t load
not-loaded-text = Check your connection and try again. If that doesn’t help, reload the page.
page-stopped = Myna has stopped on this page. You can still read it. Reload to send and receive messages.
reload = Reload
scripts-needed = Myna needs JavaScript to send and receive messages. You can read what’s here.
name = Name
password = Password
cancel = Cancel
save = Save
delete = Delete
dismiss = Dismiss
close = Close
try-again = Try again
back = Back to conversations
back-unread = Back to conversations, { $count } unread
details = Details
channels = Channels
people = People
conversations = Conversations
new-message = New message
skip-to-conversation = Skip to the conversation
your-conversations = Go to your conversations

## Signing in and up
sign-in = Sign in
sign-in-title = Sign in to Myna
sign-in-lead = Messaging on your own server.
sign-in-new = New here?
sign-out = Sign out
create-account = Create account
sign-up-title = Join Myna
sign-up-lead = People will find you by this name.
sign-up-known = Already have an account?
password-hint = At least 8 characters.

## Pages that say why there is nothing to see
not-found-title = Page not found
not-found-text = This page doesn’t exist.
problem-title = Something went wrong
absent-title = Conversation not found
absent-text = It may not exist, or you’re not a member.
nothing-open-title = No conversation selected
nothing-open-text = Select a conversation or start a new one.
welcome-title = Welcome to Myna
welcome-text = Find people by their name and say hello.
loading-conversation = Loading the conversation

## The list of conversations
search = Search
no-results = No results for “{ $text }”.
no-conversations = No conversations yet.
start-conversation = Start a conversation
join-channel = Join this channel
unread = unread
preview-from = { $name }: { $text }
you-loved = You loved “{ $text }”
loved = { $name } loved “{ $text }”
you-liked = You liked “{ $text }”
liked = { $name } liked “{ $text }”
you-disliked = You disliked “{ $text }”
disliked = { $name } disliked “{ $text }”
you-laughed = You laughed at “{ $text }”
laughed = { $name } laughed at “{ $text }”
you-emphasized = You emphasized “{ $text }”
emphasized = { $name } emphasized “{ $text }”
you-questioned = You questioned “{ $text }”
questioned = { $name } questioned “{ $text }”
you-reacted = You reacted { $emoji } to “{ $text }”
reacted = { $name } reacted { $emoji } to “{ $text }”
typing-short = typing…
message-failed = A message was not delivered
draft = Draft:
title-self = Note to self
title-alone = Just you
title-two = { $first } & { $second }
title-three = { $first }, { $second } & { $third }
title-one-more = { $count ->
    [one] { $first } & { $count } other
   *[other] { $first } & { $count } others
}
title-two-more = { $count ->
    [one] { $first }, { $second } & { $count } other
   *[other] { $first }, { $second } & { $count } others
}
page-title = { $name } · Myna
unread-title = ({ $count }) { $name }

## Your account
your-name = Your name
your-name-hint = People find you by this name, and you sign in with it.
change-name = Change name
sign-out-confirm = Sign out?
sign-out-unsent = Your drafts and messages that have not been sent will be deleted.

## A conversation
messages = Messages
unread-messages = Unread messages
no-messages = No messages yet. Say hello!
beginning = Beginning of the conversation
loading-older = Loading older messages
jump-to-latest = Jump to latest
first-unread = First unread message
jump-to-latest-new = Jump to latest, { $count } new
is-typing = { $name } is typing
joined = { $name } joined
left = { $name } left
you-joined = You joined
you-left = You left
delivered = Delivered
read = Read
not-delivered = Not Delivered
not-delivered-why = Not Delivered: { $why }
not-delivered-retry = Not delivered. Try again
message = Message
send = Send
send-hint = Send. Press and hold, or right-click, to send later.
send-later = Send Later
schedule = Schedule
scheduling = Scheduling…
message-scheduled = Message scheduled
scheduled-message = Scheduled message
scheduled-messages = Scheduled messages
no-scheduled = No scheduled messages.
scheduled-for = { $time }, scheduled
schedule-later-text = It’s sent at this time, even if you’re offline.
schedule-offline = You’re offline. Connect to schedule or change messages.
date-and-time = Date and time
send-now = Send Now
not-sent = Not sent
scheduled-gone = This message has been sent or deleted.
scheduled-gone-unsaved = This message has been sent or deleted. Your changes are not saved.
scheduled-changed = This message was changed on another device. Save to replace it.
all-scheduled = { $count ->
    [one] { $count } scheduled message
   *[other] All { $count } scheduled messages
}
not-in-conversation = A conversation that isn’t available
tomorrow = Tomorrow
you-said = You
# The name of a message for a screen reader, and of its menu.
said-by = { $by }, { $sent }
forward = Forward
forward-hint = Search conversations and people
forwarded-from = Forwarded from { $name }
forwarded-from-you = Forwarded from you
origin-not-yours = You’re not in the conversation that this message is from.
messages-count = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}
select = Select
select-message = Select: { $text }
chosen-unsent = Some of these messages were unsent.
chosen-not-loaded = Some of these messages aren’t loaded any more. Scroll to them and try again.
selected-messages = Selected messages
selected = { $count } selected
selected-most = { $count } selected, the most possible
sent = Sent
sent-to = Sent to { $name }
will-be-sent-to = Will be sent to { $name }
waiting = Waiting
outbox-full = Too many messages are waiting to be sent. Try again when you’re connected.
done = Done
copy = Copy
copy-link = Copy Link
reply = Reply
# Above the field, and what follows is the message.
replying-to = Replying to { $name }
replying-to-yourself = Replying to yourself
finish-editing = Finish or cancel your edit first.
cancel-reply = Cancel reply
in-reply-to = In reply to { $name }: { $text }
in-reply-to-you = In reply to you: { $text }
replies = { $count ->
    [one] { $count } reply
   *[other] { $count } replies
}
thread = Thread
show-thread = Show Thread
close-thread = Close thread
go-to-message = Go to message
earlier-replies = Earlier replies
message-not-found = This message can’t be loaded.
edit = Edit
undo-send = Undo Send
delete-for-everyone = Delete for everyone
editing = Editing message
cancel-editing = Cancel editing
edited = Edited
earlier-versions = Earlier versions
version-now = Now
you-unsent = You unsent a message.
unsent = { $name } unsent a message.
you-deleted = You deleted a message.
deleted = { $name } deleted a message.
copied = Copied
copy-failed = Your browser doesn’t allow copying.
reactions = Reactions
more-reactions = More reactions
remove-reaction = Remove
react = React
love = Love
like = Like
dislike = Dislike
laugh = Haha
emphasize = Emphasize
question = Question
insert-emoji = Insert emoji
choose-reaction = Choose a reaction
search-emoji = Search emoji
recent-emoji = Recent
no-emoji = No emoji for “{ $text }”.
skin-tone = Skin tone
emoji-smileys = Smileys & emotion
emoji-people = People & body
emoji-animals = Animals & nature
emoji-food = Food & drink
emoji-travel = Travel & places
emoji-activities = Activities
emoji-objects = Objects
emoji-symbols = Symbols
emoji-flags = Flags
emoji-not-loaded = The emoji couldn’t be loaded. Check your connection.
too-late = This message has been sent already.
today = Today
yesterday = Yesterday
weekday = { $day ->
    [1] Monday
    [2] Tuesday
    [3] Wednesday
    [4] Thursday
    [5] Friday
    [6] Saturday
   *[7] Sunday
}
# The server writes times by these patterns before it knows the device’s own (strftime).
time-pattern = %-I:%M %p
date-pattern = %-m/%-d/%y

## Going somewhere by keys
quick-switcher = Go to…
quick-switcher-hint = Go to a conversation, a person or an action
previous-conversation = Previous conversation
next-conversation = Next conversation
previous-unread = Previous unread conversation
next-unread = Next unread conversation
add-people = Add people
add-people-text = They will be able to read all earlier messages.
already-member = Already a member
add = Add
go-to-date = Go to date
date = Date
go = Go
shortcuts = Keyboard shortcuts
shortcuts-anywhere = Anywhere
shortcuts-writing = Writing
shortcuts-message = On a message
or = or
new-line = New line
to-messages = Edit your last message, or go to the messages, when the field is empty
previous-next-message = Previous and next message
message-menu = Actions
to-composer = Back to writing
key-control = Ctrl
key-shift = Shift
key-delete = Delete

## Details
close-details = Close details
direct-conversation = Direct conversation
group-of = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
public-channel-of = { $count ->
    [one] Public channel, { $count } member
   *[other] Public channel, { $count } members
}
members = Members
member-count = { $count ->
    [one] { $count } member
   *[other] { $count } members
}
name-you = { $name } (you)
change-group-name = Change group name
change-channel-name = Change channel name
group-name = Group name
channel-name = Channel name
group-name-hint = Leave it empty to name the group after its members.
leave-conversation = Leave conversation
leave-channel = Leave channel
leave-confirm = Leave “{ $name }”?
leave = Leave
leave-channel-text = You can join again at any time.
leave-group-text = You won’t receive new messages, and you can’t come back by yourself.

## Channels and new conversations
find-channel = Find or create a channel
create-channel = Create channel
no-channels = There are no channels yet. Create the first one.
no-channel-named = No channel has this name yet.
join = Join
join-named = Join { $name }
open = Open
open-named = Open { $name }
to = To:
remove-named = Remove { $name }
no-person-named = No results for “{ $text }”.
group-name-optional = Group name (optional)
start = Start

## The connection
reconnecting = Reconnecting… Messages will be sent when you’re back online.
offline = You’re offline. Messages will be sent when you’re back online.
no-live-connection = This page can’t open its live connection, although the server answers. If you run the server: let its proxy pass the WebSocket upgrade on. Trying again…
reconnect-now = Reconnect now

## Why something was refused
unreachable = The server can’t be reached. Please try again.
refused-unauthenticated = Please sign in.
refused-bad-credentials = Incorrect name or password.
refused-name-taken = This name is taken. Please choose another one.
refused-name-invalid = A name has 1 to 64 characters, none of them invisible.
refused-password-too-short = A password has at least 8 characters.
refused-password-too-long = A password has at most 256 characters.
refused-text-empty = Write a message first.
refused-text-too-long = A message has at most 8,000 characters.
refused-text-invalid = A message can’t contain control characters.
refused-not-found = It no longer exists, or you’re not a member.
refused-client-id-reused = This message was sent before with another text. Please send it again.
refused-id-taken = Something went wrong. Please try again.
refused-too-many-members = A group has at most 256 people.
refused-too-few-members = Add at least one other person.
refused-direct-stays = You can’t leave a direct conversation.
refused-not-allowed = You’re not allowed to do this here.
refused-edit-too-late = This message can no longer be edited.
refused-edit-too-often = You can edit a message five times. This one can’t be edited again.
refused-unsend-too-late = This message can no longer be unsent.
refused-message-unsent = This message was unsent.
refused-message-forwarded = A forwarded message can’t be edited.
refused-emoji-invalid = A reaction is one emoji. Choose another one.
refused-too-many-reactions = This message has as many reactions as it can have.
refused-time-past = Choose a time in the future.
refused-time-too-far = You can schedule a message up to 14 days ahead.
refused-too-many-scheduled = You have too many scheduled messages. Send or delete one first.
refused-malformed = Something went wrong. Please reload the page.
refused-foreign-origin = The server doesn’t expect this address. Its administrator sets it with --public-url.
refused-too-many = Too many attempts. Please wait a moment.
refused-unavailable = The server can’t do this right now. Please try again.
refused-unknown = The server refused this. Please reload the page.

## Settings
settings = Settings
language-title = Language
appearance = Appearance
theme-system = System
theme-light = Light
theme-dark = Dark
accent = Accent color
accent-blue = Blue
accent-purple = Purple
accent-pink = Pink
accent-red = Red
accent-orange = Orange
accent-green = Green
accent-graphite = Graphite
sounds = Sounds
sounds-text = Play a sound for new messages
account = Account
