-- What accounts and sessions tell of themselves. Every column is added without writing a row.

ALTER TABLE accounts ADD COLUMN role TEXT NOT NULL DEFAULT 'member'
  CHECK (role IN ('member', 'moderator', 'admin'));
ALTER TABLE accounts ADD COLUMN display_name TEXT CHECK (display_name <> '');
ALTER TABLE accounts ADD COLUMN display_name_changed_at INTEGER; -- Unix milliseconds
-- An account of a program. It has no password: `password_hash` is '' for an account without one.
ALTER TABLE accounts ADD COLUMN bot INTEGER NOT NULL DEFAULT 0 CHECK (bot IN (0, 1));
ALTER TABLE accounts ADD COLUMN closed_at INTEGER; -- Unix milliseconds

-- A random value that the tokens of the session carry. NULL for a session that 0.1 made, whose tokens are
-- compared by their expiry.
ALTER TABLE sessions ADD COLUMN nonce TEXT CHECK (nonce <> '');
ALTER TABLE sessions ADD COLUMN last_seen_at INTEGER; -- Unix milliseconds; NULL: not since it was opened
ALTER TABLE sessions ADD COLUMN address TEXT; -- of the client that opened it
ALTER TABLE sessions ADD COLUMN user_agent TEXT;
-- How it was opened: with a password, with a setup code, or by another app for its person.
ALTER TABLE sessions ADD COLUMN login TEXT NOT NULL DEFAULT 'password'
  CHECK (login IN ('password', 'setup', 'app'));
-- The account that opened it for another app's person; without a reference, for which a new account would be
-- looked for here.
ALTER TABLE sessions ADD COLUMN opened_by INTEGER;
