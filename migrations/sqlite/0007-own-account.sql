-- What people do with their own accounts.

-- The display name folded like a username, by which it is found. Without one it is NULL.
ALTER TABLE accounts ADD COLUMN display_key TEXT;
CREATE INDEX accounts_display_key ON accounts (display_key) WHERE display_key IS NOT NULL;

-- Whom people have blocked: who is cannot write to them. Without references, for which a new account would be
-- looked for here.
CREATE TABLE blocks (
  account_id INTEGER NOT NULL,
  blocked_id INTEGER NOT NULL CHECK (blocked_id <> account_id),
  at INTEGER NOT NULL, -- Unix milliseconds
  PRIMARY KEY (account_id, blocked_id)
) STRICT, WITHOUT ROWID;
