-- One tree in place of a table and an index: where everyone comes back at once, what a commit writes
-- is half of that. A session's presence is taken before the session (see Writer), so that nothing
-- needs to look for the rows of one that goes.
CREATE TABLE presence_by_person (
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  session_id INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (account_id, session_id)
) STRICT, WITHOUT ROWID;

INSERT INTO presence_by_person (account_id, session_id, since)
  SELECT account_id, session_id, since FROM presence;

DROP TABLE presence;

ALTER TABLE presence_by_person RENAME TO presence;
