-- What people do with their own accounts. Servers of the version before go on beside this.

-- The display name folded like a username, by which it is found. Without one it is NULL.
ALTER TABLE accounts ADD COLUMN display_key text COLLATE "C";
CREATE INDEX accounts_display_key ON accounts (display_key) WHERE display_key IS NOT NULL;

-- Ends a session and its presence on all nodes, without the log's lock. False where it was no longer alive.
CREATE FUNCTION obrol_end_one_session(session bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  ended boolean;
BEGIN
  PERFORM obrol_lock(2);
  DELETE FROM presence WHERE session_id = session;
  IF FOUND THEN
    PERFORM obrol_note('left', ARRAY[session], NULL, NULL);
  END IF;
  DELETE FROM sessions WHERE id = session RETURNING expires_at > obrol_now() INTO ended;
  IF ended THEN
    PERFORM obrol_note('ended', ARRAY[session], NULL, NULL);
  END IF;
  RETURN coalesce(ended, false);
END
$$;

-- The log's lock comes first, so that nothing is appended by the session once this has committed.
CREATE OR REPLACE FUNCTION obrol_end_session(session bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM obrol_lock(1);
  RETURN obrol_end_one_session(session);
END
$$;

-- Ends sessions of the account that the caller's session belongs to: one, or all but the caller's where
-- wanted is NULL. Returns those that were alive; NULL where the caller's is not.
CREATE FUNCTION obrol_end_own_sessions(caller bigint, wanted bigint) RETURNS bigint[]
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
    WHERE account_id = owner AND CASE WHEN wanted IS NULL THEN id <> caller ELSE id = wanted END
    ORDER BY account_id, created_at, id
  LOOP
    IF obrol_end_one_session(one) THEN
      ended := ended || one;
    END IF;
  END LOOP;
  RETURN ended;
END
$$;

-- Changes the password of the account that the caller's session belongs to, if the old one is still the one that
-- was verified, and ends its other sessions. Returns those that were alive.
CREATE FUNCTION obrol_change_password(caller bigint, verified_hash text, new_hash text)
RETURNS TABLE (outcome text, ended bigint[]) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM obrol_lock(1);
  IF NOT EXISTS (SELECT FROM sessions WHERE id = caller AND expires_at > obrol_now()) THEN
    outcome := 'session-ended';
  ELSE
    UPDATE accounts SET password_hash = new_hash
    WHERE id = (SELECT account_id FROM sessions WHERE id = caller) AND password_hash = verified_hash;
    IF FOUND THEN
      ended := obrol_end_own_sessions(caller, NULL);
      outcome := 'done';
    ELSE
      outcome := 'password-changed';
    END IF;
  END IF;
  RETURN NEXT;
END
$$;

-- Gives the account of the caller's session another display name, and tells all nodes ('user-updated'). The same
-- name again changes nothing. Nobody registers meanwhile whose name it would look like.
CREATE FUNCTION obrol_set_display_name(
  caller bigint, name text, name_key text, skeletons jsonb, min_interval bigint)
RETURNS TABLE (outcome text, account accounts) LANGUAGE plpgsql AS $$
DECLARE
  time_now bigint;
BEGIN
  -- The lock of names before that of the log, as where a room is made.
  PERFORM set_config('lock_timeout', '2s', true);
  PERFORM pg_advisory_xact_lock(1331851887, 5);
  PERFORM obrol_lock(1);
  time_now := obrol_now();
  SELECT * INTO account FROM accounts
  WHERE id = (SELECT account_id FROM sessions WHERE id = caller AND expires_at > time_now)
  FOR NO KEY UPDATE;
  outcome := CASE
    WHEN account.id IS NULL THEN 'session-ended'
    WHEN account.display_name IS NOT DISTINCT FROM name THEN 'done'
    WHEN EXISTS (
      SELECT FROM jsonb_array_elements_text(skeletons) AS wanted CROSS JOIN LATERAL (
        SELECT account_id FROM name_skeletons WHERE skeleton = wanted LIMIT 1
      ) AS taken WHERE account_id <> account.id
    ) THEN 'looks-like-another'
    WHEN time_now - coalesce(account.display_name_changed_at, 0) < min_interval THEN 'too-soon'
    ELSE 'changed'
  END;
  IF outcome = 'changed' THEN
    UPDATE accounts SET display_name = name, display_key = name_key, display_name_changed_at = time_now
    WHERE id = account.id RETURNING * INTO account;
    PERFORM obrol_tell('user-updated', account.id, NULL, NULL, NULL);
  END IF;
  RETURN NEXT;
END
$$;

-- As it was; of those that are not present, the session that was used longest ago ends. The log's lock comes
-- before the row of the account, but only where a session may have to end: nobody opens half of all that an
-- account may have at once.
CREATE OR REPLACE FUNCTION obrol_before_session(account bigint, may_stay integer)
RETURNS SETOF accounts LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM sessions WHERE account_id = account) * 2 >= may_stay THEN
    PERFORM obrol_lock(1);
  ELSE
    PERFORM set_config('lock_timeout', '2s', true);
  END IF;
  PERFORM FROM accounts WHERE id = account FOR NO KEY UPDATE;
  PERFORM obrol_end_one_session(id) FROM (
    SELECT id FROM sessions
    WHERE account_id = account AND expires_at > obrol_now()
    ORDER BY
      EXISTS (SELECT FROM presence WHERE presence.session_id = sessions.id) DESC,
      coalesce(last_seen_at, created_at) DESC, created_at DESC, id DESC
    LIMIT 1000 OFFSET may_stay
  ) AS excess;
  RETURN QUERY SELECT * FROM accounts WHERE id = account;
END
$$;

-- Lets a session live for a time from now, but at most for another from its login; never shorter than it would.
-- Its earlier tokens stay good: one of 0.1 is known by its first expiry. No row where it is not alive. Nodes are
-- told of the new expiry in the place of "since".
CREATE FUNCTION obrol_renew_session(session bigint, ttl bigint, longest bigint)
RETURNS SETOF sessions LANGUAGE plpgsql AS $$
DECLARE
  time_now bigint;
  renewed sessions;
BEGIN
  PERFORM obrol_lock(2);
  time_now := obrol_now();
  UPDATE sessions
  SET nonce = coalesce(nonce, (expires_at / 1000)::text),
    expires_at = greatest(
      expires_at, least(time_now - time_now % 1000 + ttl, created_at + longest))
  WHERE id = session AND expires_at > time_now
  RETURNING * INTO renewed;
  IF renewed.id IS NOT NULL THEN
    PERFORM obrol_note('renewed', ARRAY[session], ARRAY[renewed.account_id], ARRAY[renewed.expires_at]);
    RETURN NEXT renewed;
  END IF;
END
$$;

-- Notes when sessions were used: [{session, at}, …]. After a crash some of it may be lost. Another node may note
-- the same ones, so the rows are locked in one order; one that is being ended meanwhile is passed over.
CREATE FUNCTION obrol_note_use(uses jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  used record;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  FOR used IN
    SELECT session, at FROM jsonb_to_recordset(uses) AS given (session bigint, at bigint)
    ORDER BY session
  LOOP
    UPDATE sessions SET last_seen_at = used.at
    WHERE id = (
      SELECT id FROM sessions
      WHERE id = used.session AND coalesce(last_seen_at, 0) < used.at
      FOR NO KEY UPDATE SKIP LOCKED);
  END LOOP;
END
$$;

-- Whom people have blocked: who is cannot write to them.
CREATE TABLE blocks (
  account_id bigint NOT NULL,
  blocked_id bigint NOT NULL CHECK (blocked_id <> account_id),
  at bigint NOT NULL, -- Unix milliseconds
  PRIMARY KEY (account_id, blocked_id)
);

-- Blocks whoever has a key, or does so no more. Under the log's lock: what is forbidden is not appended after it.
CREATE FUNCTION obrol_set_block(caller bigint, other_key text, wanted boolean) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  owner bigint;
  other bigint;
BEGIN
  PERFORM obrol_lock(1);
  SELECT account_id INTO owner FROM sessions WHERE id = caller AND expires_at > obrol_now();
  SELECT id INTO other FROM accounts WHERE key = other_key;
  IF owner IS NULL THEN
    RETURN 'session-ended';
  ELSIF other IS NULL THEN
    RETURN 'unknown-user';
  ELSIF other = owner THEN
    RETURN 'oneself';
  ELSIF wanted THEN
    INSERT INTO blocks (account_id, blocked_id, at) VALUES (owner, other, obrol_now())
    ON CONFLICT DO NOTHING;
  ELSE
    DELETE FROM blocks WHERE account_id = owner AND blocked_id = other;
  END IF;
  RETURN 'done';
END
$$;

-- One verdict more, in the function as it is now: before presence, so that a block tells nothing of it.
DO $$
DECLARE
  source text := pg_get_functiondef('obrol_append(jsonb, text)'::regprocedure);
  after_verdict CONSTANT text :=
    'WHEN item.type = ''direct'' AND recipients.id IS NULL THEN ''unknown-recipient''';
  verdict CONSTANT text := '
          WHEN item.type = ''direct'' AND (
            SELECT true FROM blocks
            WHERE blocks.account_id = recipients.id AND blocks.blocked_id = speakers.account_id LIMIT 1
          ) THEN ''not-accepted''';
BEGIN
  IF position(after_verdict IN source) = 0 THEN
    RAISE EXCEPTION 'obrol_append has no verdict for unknown recipients';
  END IF;
  EXECUTE replace(source, after_verdict, after_verdict || verdict);
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
