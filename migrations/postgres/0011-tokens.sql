-- Tokens for programs. Each is a session that no login began, and ends as one. The columns are added without
-- writing a row, and are NULL for the session of a login.

ALTER TABLE sessions
  ADD COLUMN token_hash text COLLATE "C" CHECK (token_hash <> ''), -- SHA-256 in hex
  ADD COLUMN token_name text, -- for people
  ADD COLUMN token_scopes text; -- separated by spaces

-- A request with a token finds its session. What asks for all tokens of an account says
-- `token_scopes IS NOT NULL`: this index would seem to answer that, and would be read as a whole.
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash) WHERE token_hash IS NOT NULL;

-- As it was (0007-people.sql), but tokens neither count nor make room for a login.
CREATE OR REPLACE FUNCTION obrol_before_session(account bigint, may_stay integer)
RETURNS SETOF accounts LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('lock_timeout', '2s', true);
  PERFORM FROM accounts WHERE id = account FOR NO KEY UPDATE;
  PERFORM obrol_end_session(id) FROM (
    SELECT id FROM sessions
    WHERE account_id = account AND expires_at > obrol_now() AND token_scopes IS NULL
    ORDER BY
      EXISTS (SELECT FROM presence WHERE presence.session_id = sessions.id) DESC,
      created_at DESC, id DESC
    LIMIT 1000 OFFSET may_stay
  ) AS excess;
  RETURN QUERY SELECT * FROM accounts WHERE id = account;
END
$$;

-- Every function looks for names in the schema of the log alone: see 0005-search-path.sql.
DO $$
BEGIN
  EXECUTE format(
    'ALTER FUNCTION obrol_before_session(bigint, integer) SET search_path = %I, pg_temp',
    current_schema());
END
$$;
