-- Bans and mutes of accounts, setup codes, and the record of what the staff did. The tables begin empty.

-- Who may not log in. One whose end is past is none.
CREATE TABLE bans (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
  reason TEXT,
  until INTEGER, -- Unix milliseconds; NULL: until it is lifted
  at INTEGER NOT NULL,
  by_id INTEGER, -- NULL: the console
  by_role TEXT NOT NULL CHECK (by_role IN ('moderator', 'admin')) -- of who set it, at that time
) STRICT;

-- Who may read but not write. The same columns.
CREATE TABLE mutes (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
  reason TEXT,
  until INTEGER,
  at INTEGER NOT NULL,
  by_id INTEGER,
  by_role TEXT NOT NULL CHECK (by_role IN ('moderator', 'admin'))
) STRICT;

-- With the code someone sets a password, once.
CREATE TABLE setup_codes (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
  hash TEXT NOT NULL UNIQUE, -- SHA-256 in hexadecimal
  made_by INTEGER, -- NULL: the console
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX setup_codes_expiry ON setup_codes (expires_at);

-- Whatever changes what the code was made for voids it.
CREATE TRIGGER setup_code_void AFTER UPDATE OF password_hash, closed_at ON accounts BEGIN
  DELETE FROM setup_codes WHERE account_id = new.id;
END;

CREATE TRIGGER setup_code_of_banned AFTER INSERT ON bans BEGIN
  DELETE FROM setup_codes WHERE account_id = new.account_id;
END;

-- A row for each change that someone of the staff made, and each of theirs that was refused.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  by_id INTEGER, -- NULL: the console
  via TEXT NOT NULL,
  action TEXT NOT NULL,
  target_id INTEGER,
  detail TEXT, -- a JSON object
  address TEXT
) STRICT;

CREATE INDEX audit_by ON audit (by_id, id);
CREATE INDEX audit_action ON audit (action, id);

-- The staff, who are few.
CREATE INDEX accounts_staff ON accounts (role) WHERE role <> 'member';
