-- What names look like: the skeletons of UTS #39 of each as typed and of its key. Of two names from
-- before 0.2 that look alike the older account has them; a new name that wants one of them is
-- refused.
CREATE TABLE name_skeletons (
  skeleton TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id)
) STRICT, WITHOUT ROWID;

-- The version of the rules by which skeletons and keys were made: one row, once the server has made
-- them, for SQL cannot.
CREATE TABLE name_forms (version TEXT NOT NULL) STRICT;
