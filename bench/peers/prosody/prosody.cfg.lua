-- Prosody as a chat server for one machine: rooms with an archive, over WebSocket. PORT and FOLDER are the starter's.

local folder = ENV_FOLDER

-- The starter may run as root, in a container.
run_as_root = true
data_path = folder
certificates = folder
pidfile = folder .. "/prosody.pid"
log = { warn = folder .. "/prosody.log" }

interfaces = { "127.0.0.1" }
c2s_ports = {}
https_ports = {}
http_ports = { ENV_PORT }
http_interfaces = { "127.0.0.1" }
http_default_host = "localhost"

-- As for each peer: no TLS on loopback.
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
consider_websocket_secure = true

-- What the documentation recommends with Lua 5.4.
gc = { mode = "generational" }

modules_enabled = { "saslauth", "websocket", "register_ibr" }
modules_disabled = { "s2s" }
authentication = "internal_plain"
-- People are signed up by the hundred.
allow_registration = true

-- The archive in SQL, which is what the documentation advises for it: the default, files, is appended to without a flush.
-- The starter has made the file with a write-ahead log; SQLite's default is then a flush at each commit.
storage = { muc_log = "sql" }
sql = { driver = "SQLite3", database = folder .. "/archive.db" }

VirtualHost "localhost"

Component "conference.localhost" "muc"
modules_enabled = { "muc_mam" }
restrict_room_creation = false
muc_room_locking = false
muc_room_default_persistent = true
-- Nothing is deleted while it is measured.
muc_log_expires_after = "never"
-- Large rooms are advised not to tell everybody of everybody's coming and going.
muc_room_default_presence_broadcast = { visitor = false, participant = false, moderator = false }
