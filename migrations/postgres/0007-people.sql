-- What accounts and sessions tell of themselves. Every column is added without writing a row, and servers of
-- the version before go on beside this.

ALTER TABLE accounts
  ADD COLUMN role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'moderator', 'admin')),
  ADD COLUMN display_name text CHECK (display_name <> ''),
  ADD COLUMN display_name_changed_at bigint, -- Unix milliseconds
  -- An account of a program. It has no password: password_hash is '' for an account without one.
  ADD COLUMN bot boolean NOT NULL DEFAULT false,
  ADD COLUMN closed_at bigint; -- Unix milliseconds

ALTER TABLE sessions
  -- A random value that the tokens of the session carry. NULL for a session that 0.1 made, whose tokens are
  -- compared by their expiry.
  ADD COLUMN nonce text CHECK (nonce <> ''),
  ADD COLUMN last_seen_at bigint, -- Unix milliseconds; NULL: not since it was opened
  ADD COLUMN address text, -- of the client that opened it
  ADD COLUMN user_agent text,
  -- How it was opened: with a password, with a setup code, or by another app for its person.
  ADD COLUMN login text NOT NULL DEFAULT 'password' CHECK (login IN ('password', 'setup', 'app')),
  ADD COLUMN opened_by bigint; -- the account that opened it for another app's person

-- As it was, with the whole account.
DROP FUNCTION obrol_before_session(bigint, integer);
CREATE FUNCTION obrol_before_session(account bigint, may_stay integer)
RETURNS SETOF accounts LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('lock_timeout', '2s', true);
  PERFORM FROM accounts WHERE id = account FOR NO KEY UPDATE;
  PERFORM obrol_end_session(id) FROM (
    SELECT id FROM sessions
    WHERE account_id = account AND expires_at > obrol_now()
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
