-- The log. Ids are given by the append itself (never by SQLite, which begins again at 1 when a
-- table is emptied), so they are without gaps. Trimming removes a prefix, never the newest row.
CREATE TABLE entries (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  sender_id INTEGER NOT NULL REFERENCES accounts (id),
  recipient_id INTEGER REFERENCES accounts (id), -- NULL: to everyone
  text TEXT NOT NULL CHECK (text <> ''),
  sent_at INTEGER NOT NULL -- Unix milliseconds, never less than the entry before
) STRICT;

-- A page of what one person may see is merged from these, so that it costs the same however many
-- messages of others lie in between.
CREATE INDEX entries_broadcast ON entries (id) WHERE recipient_id IS NULL;
CREATE INDEX entries_to ON entries (recipient_id) WHERE recipient_id IS NOT NULL;
CREATE INDEX entries_from ON entries (sender_id) WHERE recipient_id IS NOT NULL;
CREATE INDEX entries_between ON entries (sender_id, recipient_id) WHERE recipient_id IS NOT NULL;

-- Each start of a server on this log, so that a log that went back can be told from one that did not.
CREATE TABLE epochs (
  born INTEGER PRIMARY KEY, -- Unix milliseconds, more than any before
  first_id INTEGER NOT NULL CHECK (first_id > 0),
  incarnation TEXT NOT NULL UNIQUE
) STRICT;

-- The age of a key is that of its entry; it goes when its entry goes.
CREATE TABLE idempotency_keys (
  entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  UNIQUE (account_id, key)
) STRICT;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  username TEXT NOT NULL CHECK (username <> ''),
  key TEXT NOT NULL UNIQUE CHECK (key <> ''),
  password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  reached INTEGER NOT NULL DEFAULT 0 -- the log id this person's streams have come to
) STRICT;

CREATE TABLE sessions (
  id INTEGER PRIMARY KEY CHECK (id > 0), -- random
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  created_at INTEGER NOT NULL CHECK (created_at % 1000 = 0),
  expires_at INTEGER NOT NULL CHECK (expires_at % 1000 = 0)
) STRICT;

CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE presence (
  session_id INTEGER PRIMARY KEY REFERENCES sessions (id),
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  since INTEGER NOT NULL
) STRICT;

CREATE INDEX presence_account ON presence (account_id);

-- Written and emptied again to learn whether there is room on the disk.
CREATE TABLE probe (filler BLOB NOT NULL) STRICT;
