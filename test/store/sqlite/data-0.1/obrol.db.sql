-- The database of a folder that a server of 0.1 made and was used with: see upgrade.test.ts.
PRAGMA application_id = 1331851887;
BEGIN;
PRAGMA defer_foreign_keys = ON;
CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT;
CREATE TABLE entries (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  sender_id INTEGER NOT NULL REFERENCES accounts (id),
  recipient_id INTEGER REFERENCES accounts (id), -- NULL: to everyone
  text TEXT NOT NULL CHECK (text <> ''),
  sent_at INTEGER NOT NULL -- Unix milliseconds, never less than the entry before
) STRICT;
CREATE TABLE epochs (
  born INTEGER PRIMARY KEY, -- Unix milliseconds, more than any before
  first_id INTEGER NOT NULL CHECK (first_id > 0),
  incarnation TEXT NOT NULL UNIQUE
) STRICT;
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
CREATE TABLE probe (filler BLOB NOT NULL) STRICT;
CREATE TABLE "presence" (
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  session_id INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (account_id, session_id)
) STRICT, WITHOUT ROWID;
INSERT INTO migrations VALUES ('0001-log-people-presence.sql');
INSERT INTO migrations VALUES ('0002-presence-by-person.sql');
INSERT INTO entries VALUES (1, 1, NULL, 'hello everyone', 1796048717583);
INSERT INTO entries VALUES (2, 1, 2, 'to bob', 1796048717590);
INSERT INTO entries VALUES (3, 2, 1, 'to Ann', 1796048717597);
INSERT INTO entries VALUES (4, 3, 3, 'note to myself', 1796048717607);
INSERT INTO entries VALUES (5, 3, NULL, 'once', 1796048719422);
INSERT INTO entries VALUES (6, 1, 2, 'kept for bob', 1796048719447);
INSERT INTO entries VALUES (7, 4, 1, 'to Ann, from Straße: “é” 😀', 1796048719450);
INSERT INTO entries VALUES (8, 2, NULL, 'the last one', 1796048719454);
INSERT INTO epochs VALUES (1796048699733, 1, '6227b788-f48c-479b-9e02-cb8b97e21829');
INSERT INTO idempotency_keys VALUES (3, 2, 'answer', 'ce53c3bb7e93d8abd198a060df7a849e69b411ed42129cf9c9da31b674e98931');
INSERT INTO idempotency_keys VALUES (5, 3, 'once', 'fb7d340f2e1b09ba566fc078d2c9a89ebb68f3b38b4907dd975713c449cc7f7d');
INSERT INTO accounts VALUES (1, 'Ann', 'ann', '$argon2id$v=19$m=19456,t=2,p=1$Smax/XReI0ftGY9krOXc7A$NCdW3Zncyrnhj6SuvCGK2U8MaLemVNzK7b4ZcGnx/hA', 1796048717329, 0);
INSERT INTO accounts VALUES (2, 'bob', 'bob', '$argon2id$v=19$m=19456,t=2,p=1$oMpykekVZYV8IVVek9RTew$OV6BrGjrXFTGpLic6l8sQbIzjne1YaA/UmLCXnfAgdQ', 1796048717396, 0);
INSERT INTO accounts VALUES (3, 'cid', 'cid', '$argon2id$v=19$m=19456,t=2,p=1$vGMCJ2jYBNhyC/zA8l/i8A$PFIhD7PXUFHOesZh+bSkpv6teYjTLsKqPbWTbI9G5m0', 1796048717514, 0);
INSERT INTO accounts VALUES (4, 'Straße', 'straße', '$argon2id$v=19$m=19456,t=2,p=1$pvxxfuHzCLwcXv2qpSw+bA$enEYCKrZ2UnGCdoQqiMEu0lx8DMhD4hr5FasVkkr5yA', 1796048717576, 0);
INSERT INTO sessions VALUES (997619866, 2, 1796048717000, 2111408717000);
INSERT INTO sessions VALUES (1504439841, 1, 1796048717000, 2111408717000);
INSERT INTO sessions VALUES (1573050538, 4, 1796048717000, 2111408717000);
CREATE INDEX entries_broadcast ON entries (id) WHERE recipient_id IS NULL;
CREATE INDEX entries_to ON entries (recipient_id) WHERE recipient_id IS NOT NULL;
CREATE INDEX entries_from ON entries (sender_id) WHERE recipient_id IS NOT NULL;
CREATE INDEX entries_between ON entries (sender_id, recipient_id) WHERE recipient_id IS NOT NULL;
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE TRIGGER session_gone AFTER DELETE ON sessions BEGIN
  DELETE FROM presence WHERE account_id = old.account_id AND session_id = old.id;
END;
COMMIT;
