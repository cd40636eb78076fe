-- Whom people have blocked: who is cannot write to them. Without references, for which a new account would be
-- looked for here.
CREATE TABLE blocks (
  account_id INTEGER NOT NULL,
  blocked_id INTEGER NOT NULL CHECK (blocked_id <> account_id),
  at INTEGER NOT NULL, -- Unix milliseconds
  PRIMARY KEY (account_id, blocked_id)
) STRICT, WITHOUT ROWID;
