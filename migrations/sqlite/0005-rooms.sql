-- Rewrites: entries, idempotency_keys
--
-- Rooms, and messages that change: the log has kinds of entries, and each entry has an audience. The log of
-- 0.1 is copied from the schema `old` (src/store/sqlite/upgrade.ts), indexes last, in the order that is
-- fastest for 5,000,000 messages.

DROP TABLE idempotency_keys;
DROP TABLE entries;

-- Who an entry is for: everyone (1), the two people of a direct conversation, or the members of a room.
CREATE TABLE audiences (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL CHECK (type IN ('everyone', 'direct', 'room')),
  low_id INTEGER REFERENCES accounts (id), -- of a direct conversation: the lower id of the two accounts
  high_id INTEGER REFERENCES accounts (id), -- the same as low_id for notes to oneself
  UNIQUE (low_id, high_id)
) STRICT;

CREATE TABLE rooms (
  audience_id INTEGER PRIMARY KEY REFERENCES audiences (id),
  name TEXT NOT NULL CHECK (name <> ''),
  key TEXT UNIQUE CHECK (key <> ''), -- NULL once the room is deleted
  title TEXT NOT NULL,
  topic TEXT NOT NULL,
  access TEXT NOT NULL CHECK (access IN ('open', 'private')),
  history TEXT NOT NULL CHECK (history IN ('all', 'since-joined')),
  archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
  member_count INTEGER NOT NULL CHECK (member_count >= 0),
  created_at INTEGER NOT NULL,
  deleted_id INTEGER, -- the entry that deleted it
  blanked_to INTEGER -- of a deleted room: up to which id its messages are blanked; NULL when all are
) STRICT;

-- Deleted rooms with messages that are not blanked yet.
CREATE INDEX rooms_to_blank ON rooms (blanked_to) WHERE blanked_to IS NOT NULL;

-- As for accounts (0003-name-skeletons.sql), in a namespace of their own.
CREATE TABLE room_skeletons (
  skeleton TEXT PRIMARY KEY,
  audience_id INTEGER NOT NULL REFERENCES rooms (audience_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX room_skeletons_room ON room_skeletons (audience_id);

-- A row for each stay: who leaves and comes back has two.
CREATE TABLE members (
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  audience_id INTEGER NOT NULL REFERENCES audiences (id),
  joined_id INTEGER NOT NULL, -- the entry with which it began; 0 for the people of a direct conversation
  left_id INTEGER CHECK (left_id > joined_id), -- the entry that ended it
  role TEXT NOT NULL CHECK (role IN ('member', 'moderator', 'owner')),
  joined_by INTEGER NOT NULL REFERENCES accounts (id),
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, audience_id, joined_id)
) STRICT, WITHOUT ROWID;

-- The rooms of a person; their conversations are many more.
CREATE INDEX members_rooms ON members (account_id, left_id) WHERE joined_id > 0;
-- The members of a room, who has been there longest first.
CREATE INDEX members_of_room ON members (audience_id, role, joined_id)
WHERE left_id IS NULL AND joined_id > 0;
-- The oldest ended stays, which go once the log is trimmed that far.
CREATE INDEX members_left ON members (left_id) WHERE left_id IS NOT NULL;

CREATE TABLE room_bans (
  audience_id INTEGER NOT NULL REFERENCES rooms (audience_id),
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  by_id INTEGER NOT NULL REFERENCES accounts (id),
  at INTEGER NOT NULL,
  PRIMARY KEY (audience_id, account_id)
) STRICT, WITHOUT ROWID;

INSERT INTO audiences (id, type) VALUES (1, 'everyone');

-- Step: finding the conversations

-- `sender_id` and `sent_at` are of the row with the least id: SQLite promises that of `min`. Audiences are
-- numbered in the order of their first messages.
CREATE TABLE conversations AS
  SELECT 1 + row_number() OVER (ORDER BY first_id) AS id, low_id, high_id, sender_id, sent_at
  FROM (
    SELECT min(sender_id, recipient_id) AS low_id, max(sender_id, recipient_id) AS high_id,
           min(id) AS first_id, sender_id, sent_at
    FROM old.entries NOT INDEXED WHERE recipient_id IS NOT NULL GROUP BY 1, 2
  );

-- Step: writing the conversations

INSERT INTO audiences (id, type, low_id, high_id)
  SELECT id, 'direct', low_id, high_id FROM conversations;

INSERT INTO members (account_id, audience_id, joined_id, role, joined_by, joined_at)
  SELECT low_id AS account_id, id AS audience_id, 0, 'member', sender_id, sent_at FROM conversations
  UNION ALL
  SELECT high_id, id, 0, 'member', sender_id, sent_at FROM conversations WHERE high_id <> low_id
  ORDER BY account_id, audience_id;

DROP TABLE conversations;

-- Ids are given as before (0001-log-people-presence.sql).
CREATE TABLE entries (
  id INTEGER PRIMARY KEY CHECK (id > 0),
  -- message; of a room joined, left, role-changed, room-updated or room-deleted; of a message edited,
  -- deleted, reaction-added or reaction-removed
  kind TEXT NOT NULL,
  audience_id INTEGER NOT NULL REFERENCES audiences (id),
  actor_id INTEGER NOT NULL REFERENCES accounts (id),
  target_id INTEGER REFERENCES accounts (id), -- the recipient of a direct message; whose membership it is
  -- of a message; the role that was given, or the reason of leaving; the emoji of a reaction; else empty
  text TEXT NOT NULL,
  sent_at INTEGER NOT NULL, -- Unix milliseconds
  ref_id INTEGER, -- the message that a message replies to, or that was changed
  metadata TEXT, -- of a message: a JSON object
  mentions TEXT, -- of a message: a JSON array of account ids, in the order of the text
  edited_at INTEGER,
  deleted_at INTEGER, -- then it has no text, ref_id, metadata, mentions, edited_at and reactions any more
  CHECK (text <> '' OR kind <> 'message' OR deleted_at IS NOT NULL)
) STRICT;

-- Step: copying the messages

INSERT INTO entries (id, kind, audience_id, actor_id, target_id, text, sent_at)
  SELECT said.id, 'message', coalesce(audiences.id, 1), sender_id, recipient_id, text, sent_at
  FROM old.entries AS said LEFT JOIN audiences
    ON low_id = min(sender_id, recipient_id) AND high_id = max(sender_id, recipient_id)
  WHERE said.id > :after AND said.id <= :up_to ORDER BY said.id;

-- Step: copying the idempotency keys

CREATE TABLE idempotency_keys (
  entry_id INTEGER PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  UNIQUE (account_id, key)
) STRICT;

INSERT INTO idempotency_keys SELECT entry_id, account_id, key, digest FROM old.idempotency_keys;

-- Step: making the indexes

-- What one person may see is merged from ranges of this index, one for each of their audiences.
-- Messages have one index and what happened besides another, so that neither costs twice, and the newest
-- message is found at once however many reactions came after it.
CREATE INDEX entries_messages ON entries (audience_id) WHERE kind = 'message';
CREATE INDEX entries_changes ON entries (audience_id) WHERE kind <> 'message';
-- The direct messages that wait for someone.
CREATE INDEX entries_kept ON entries (target_id)
WHERE kind = 'message' AND target_id IS NOT NULL AND deleted_at IS NULL;

-- A row for each account that has reacted with an emoji.
CREATE TABLE reactions (
  message_id INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
  emoji TEXT NOT NULL,
  account_id INTEGER NOT NULL, -- without a reference, for which a new account would be looked for here
  entry_id INTEGER NOT NULL, -- the entry with which it was added
  PRIMARY KEY (message_id, emoji, account_id)
) STRICT, WITHOUT ROWID;

-- Who reacted first.
CREATE INDEX reactions_in_order ON reactions (message_id, emoji, entry_id);

-- What each person has read of their conversations: a row where they have registered (everyone), joined (a
-- room), posted, read or muted. It goes when they leave the room or the room is deleted.
CREATE TABLE read_markers (
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  audience_id INTEGER NOT NULL REFERENCES audiences (id),
  read_up_to INTEGER NOT NULL,
  muted INTEGER NOT NULL CHECK (muted IN (0, 1)),
  PRIMARY KEY (account_id, audience_id)
) STRICT, WITHOUT ROWID;

-- Step: writing the read markers

-- In 0.1 nobody told what they had read: what their streams had come to counts as read.
INSERT INTO read_markers (account_id, audience_id, read_up_to, muted)
  SELECT id, 1, reached, 0 FROM accounts
  UNION ALL
  SELECT account_id, audience_id, reached, 0 FROM members
  JOIN accounts ON accounts.id = account_id WHERE reached > 0
  ORDER BY 1, 2;

-- The messages that mention someone else than their sender, so that they are counted by a range. A row
-- follows from `entries.mentions`, which tells no names once the message is deleted.
CREATE TABLE mentions (
  account_id INTEGER NOT NULL,
  audience_id INTEGER NOT NULL,
  message_id INTEGER NOT NULL,
  PRIMARY KEY (account_id, audience_id, message_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER mentions_of_new AFTER INSERT ON entries WHEN new.mentions IS NOT NULL BEGIN
  INSERT INTO mentions (account_id, audience_id, message_id)
    SELECT value, new.audience_id, new.id FROM json_each(new.mentions) WHERE value <> new.actor_id;
END;

CREATE TRIGGER mentions_of_changed AFTER UPDATE OF mentions ON entries
WHEN old.mentions IS NOT new.mentions BEGIN
  DELETE FROM mentions
    WHERE account_id IN (SELECT value FROM json_each(old.mentions))
      AND audience_id = old.audience_id AND message_id = old.id;
  INSERT INTO mentions (account_id, audience_id, message_id)
    SELECT value, new.audience_id, new.id FROM json_each(new.mentions) WHERE value <> new.actor_id;
END;

CREATE TRIGGER mentions_of_trimmed AFTER DELETE ON entries WHEN old.mentions IS NOT NULL BEGIN
  DELETE FROM mentions
    WHERE account_id IN (SELECT value FROM json_each(old.mentions))
      AND audience_id = old.audience_id AND message_id = old.id;
END;
