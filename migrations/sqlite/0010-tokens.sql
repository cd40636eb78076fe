-- Tokens for programs. Each is a session that no login began, and ends as one. The columns are added without
-- writing a row, and are NULL for the session of a login.

ALTER TABLE sessions ADD COLUMN token_hash TEXT CHECK (token_hash <> ''); -- SHA-256 in hex
ALTER TABLE sessions ADD COLUMN token_name TEXT; -- for people
ALTER TABLE sessions ADD COLUMN token_scopes TEXT; -- separated by spaces

-- A request with a token finds its session. What asks for all tokens of an account says
-- `token_scopes IS NOT NULL`: this index would seem to answer that, and would be read as a whole.
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash) WHERE token_hash IS NOT NULL;
