-- Tokens for programs. Each is a session that no login began, and ends as one. The columns are added without
-- writing a row, and are NULL for the session of a login.

ALTER TABLE sessions
  ADD COLUMN token_hash text COLLATE "C" CHECK (token_hash <> ''), -- SHA-256 in hex
  ADD COLUMN token_name text, -- for people
  ADD COLUMN token_scopes text; -- separated by spaces

-- A request with a token finds its session. What asks for all tokens of an account says
-- `token_scopes IS NOT NULL`: this index would seem to answer that, and would be read as a whole.
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash) WHERE token_hash IS NOT NULL;

-- Tokens are no logins: they neither count nor end as those of an account. The functions as they are now, with
-- one condition more.
DO $$
DECLARE
  part record;
  source text;
BEGIN
  FOR part IN
    SELECT * FROM (VALUES
      ('obrol_before_session(bigint, integer)', 'FROM sessions WHERE account_id = account)',
        'FROM sessions WHERE account_id = account AND token_scopes IS NULL)'),
      ('obrol_before_session(bigint, integer)', 'account_id = account AND expires_at > obrol_now()',
        'account_id = account AND expires_at > obrol_now() AND token_scopes IS NULL'),
      ('obrol_end_own_sessions(bigint, bigint)', 'account_id = owner AND',
        'account_id = owner AND token_scopes IS NULL AND')
    ) AS parts (function, old, new)
  LOOP
    source := pg_get_functiondef(part.function::regprocedure);
    IF position(part.old IN source) = 0 THEN
      RAISE EXCEPTION '% is not as expected', part.function;
    END IF;
    EXECUTE replace(source, part.old, part.new);
  END LOOP;
END
$$;

-- As it was (0008-own-account.sql); with the other sessions of the account its tokens end, where wanted.
CREATE FUNCTION obrol_change_password(
  caller bigint, verified_hash text, new_hash text, end_tokens boolean)
RETURNS TABLE (outcome text, ended bigint[]) LANGUAGE plpgsql AS $$
DECLARE
  token bigint;
BEGIN
  SELECT done.outcome, done.ended INTO outcome, ended
  FROM obrol_change_password(caller, verified_hash, new_hash) AS done;
  IF outcome = 'done' AND end_tokens THEN
    FOR token IN
      SELECT id FROM sessions
      WHERE account_id = (SELECT account_id FROM sessions WHERE id = caller) AND token_scopes IS NOT NULL
      ORDER BY account_id, created_at, id
    LOOP
      IF obrol_end_one_session(token) THEN
        ended := ended || token;
      END IF;
    END LOOP;
  END IF;
  RETURN NEXT;
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
