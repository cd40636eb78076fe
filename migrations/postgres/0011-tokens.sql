-- Tokens for programs. Each is a session that no login began, and ends as one. The columns are added without
-- writing a row, and are NULL for the session of a login.

ALTER TABLE sessions
  ADD COLUMN token_hash text COLLATE "C" CHECK (token_hash <> ''), -- SHA-256 in hex
  ADD COLUMN token_name text, -- for people
  ADD COLUMN token_scopes text; -- separated by spaces

-- A request with a token finds its session. What asks for all tokens of an account says
-- `token_scopes IS NOT NULL`: this index would seem to answer that, and would be read as a whole.
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash) WHERE token_hash IS NOT NULL;

-- As they were (0008-own-account.sql), for the sessions of logins alone.

CREATE OR REPLACE FUNCTION obrol_end_own_sessions(caller bigint, wanted bigint) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
  owner bigint;
  ended bigint[] := '{}';
  one bigint;
BEGIN
  PERFORM obrol_lock(1);
  SELECT account_id INTO owner FROM sessions WHERE id = caller AND expires_at > obrol_now();
  IF owner IS NULL THEN
    RETURN NULL;
  END IF;
  FOR one IN
    SELECT id FROM sessions
    WHERE account_id = owner AND token_scopes IS NULL
      AND CASE WHEN wanted IS NULL THEN id <> caller ELSE id = wanted END
    ORDER BY account_id, created_at, id
  LOOP
    IF obrol_end_one_session(one) THEN
      ended := ended || one;
    END IF;
  END LOOP;
  RETURN ended;
END
$$;

CREATE OR REPLACE FUNCTION obrol_before_session(account bigint, may_stay integer)
RETURNS SETOF accounts LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM sessions WHERE account_id = account AND token_scopes IS NULL) * 2 >= may_stay THEN
    PERFORM obrol_lock(1);
  ELSE
    PERFORM set_config('lock_timeout', '2s', true);
  END IF;
  PERFORM FROM accounts WHERE id = account FOR NO KEY UPDATE;
  PERFORM obrol_end_one_session(id) FROM (
    SELECT id FROM sessions
    WHERE account_id = account AND expires_at > obrol_now() AND token_scopes IS NULL
    ORDER BY
      EXISTS (SELECT FROM presence WHERE presence.session_id = sessions.id) DESC,
      coalesce(last_seen_at, created_at) DESC, created_at DESC, id DESC
    LIMIT 1000 OFFSET may_stay
  ) AS excess;
  RETURN QUERY SELECT * FROM accounts WHERE id = account;
END
$$;

-- As they were (0006-rooms.sql), but nothing is written by a session that has ended. Servers of the version
-- before call those without it.

-- 'moved', 'same' or 'session-ended'. Sessions end under the lock that is taken here.
CREATE FUNCTION obrol_mark_read(
  caller bigint, account bigint, audience bigint, target bigint, marker bigint, epoch_born bigint)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF marker <= coalesce((
    SELECT read_up_to FROM read_markers
    WHERE account_id = account AND audience_id = audience LIMIT 1
  ), 0) THEN
    RETURN 'same';
  END IF;
  PERFORM obrol_lock(2);
  IF (SELECT true FROM sessions WHERE id = caller AND expires_at > obrol_now() LIMIT 1) IS NULL THEN
    RETURN 'session-ended';
  END IF;
  RETURN CASE
    WHEN obrol_mark_read(account, audience, target, marker, epoch_born) THEN 'moved' ELSE 'same'
  END;
END
$$;

-- False where the session has ended. Until the commit it cannot end.
CREATE FUNCTION obrol_mute(
  caller bigint, account bigint, audience bigint, target bigint, wanted boolean)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM sessions WHERE id = caller AND expires_at > obrol_now() LIMIT 1 FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM obrol_mute(account, audience, target, wanted);
  RETURN true;
END
$$;

-- Every function looks for names in the schema of the log alone: see 0005-search-path.sql.
DO $$
DECLARE
  made regprocedure;
BEGIN
  FOR made IN
    SELECT pg_proc.oid
    FROM pg_proc
    JOIN pg_namespace ON pg_namespace.oid = pronamespace
    JOIN pg_language ON pg_language.oid = prolang
    WHERE nspname = current_schema() AND lanname = 'plpgsql' AND proname LIKE 'obrol\_%'
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', made, current_schema());
  END LOOP;
END
$$;
