-- The sessions of an account, which are counted when another is opened.
CREATE INDEX sessions_account ON sessions (account_id, created_at);
