-- Plans that are the same whatever is known of the tables, with no setting of the planner: a row is
-- looked up by LATERAL (… LIMIT 1) or a scalar subquery, which PostgreSQL neither turns into a join
-- of the whole table nor hashes; where several rows may match, an ORDER BY that only the index gives
-- keeps it from looking for the first of them by a scan. Nothing is looked up by NULL: of a short
-- table all rows would be compared with it. And what was swept away is never walked over again.
--
-- Servers of the version before go on beside this: the functions keep their names and answers.

-- No sweep is under way from here on: the marks stand where the oldest rows do.
SELECT pg_advisory_xact_lock(1331851887, 3);

-- How far keys and changes were swept: one row, as for the log.
CREATE TABLE swept (keys_up_to bigint NOT NULL, changes_up_to bigint NOT NULL);
INSERT INTO swept SELECT
  coalesce((SELECT min(entry_id) - 1 FROM idempotency_keys), 0),
  coalesce((SELECT min(seq) - 1 FROM changes), 0);

-- As it was, word for word, without a subquery: so it becomes part of each statement that asks for it,
-- where it was parsed and planned anew each time. The folder of the table's file is that of its database.
CREATE OR REPLACE FUNCTION obrol_incarnation() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT concat_ws('/',
    (pg_control_system()).system_identifier,
    left(pg_walfile_name(pg_current_wal_lsn()), 8),
    extract(epoch FROM pg_postmaster_start_time()),
    split_part(pg_relation_filepath('entries'), '/', -2),
    pg_relation_filenode('entries'))
$$;

-- Every table is found by an index here: one entry for a key, none without one. What is sent has the
-- time of the clock, also where the clock was set back since the entry before: the order is the id.
CREATE OR REPLACE FUNCTION obrol_append(batch jsonb, batch_ticket text)
RETURNS TABLE (
  kind text, born bigint, id bigint, text text, "sentAt" bigint,
  "senderId" bigint, sender text, "recipientId" bigint, recipient text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  epoch_born bigint;
  time_now bigint;
  old_head bigint := 0;
  outcome_kinds text[];
  outcome_ids bigint[];
  new_senders bigint[];
  new_recipients bigint[];
BEGIN
  PERFORM obrol_lock(1);
  epoch_born := obrol_epoch_under_lock();
  SELECT kinds, ids INTO outcome_kinds, outcome_ids FROM tickets WHERE ticket = batch_ticket;
  IF NOT FOUND THEN
    time_now := obrol_now();
    old_head := coalesce((SELECT max(entries.id) FROM entries), 0);

    WITH judged AS MATERIALIZED (
      SELECT item.n, item.text, item.key, item.digest,
        speakers.account_id AS sender_id, recipients.id AS recipient_id, known.id AS known_id,
        CASE
          WHEN speakers.account_id IS NULL THEN 'session-ended'
          WHEN known.digest = item.digest THEN 'replayed'
          WHEN known.id IS NOT NULL THEN 'key-reused'
          WHEN item."to" IS NOT NULL AND recipients.id IS NULL THEN 'unknown-recipient'
          WHEN item."to" IS NOT NULL AND NOT item.keep AND (
            SELECT true FROM presence WHERE presence.account_id BETWEEN recipients.id AND recipients.id
            ORDER BY presence.account_id LIMIT 1
          ) IS NULL THEN 'recipient-offline'
          ELSE 'appended'
        END AS verdict
      FROM ROWS FROM (jsonb_to_recordset(batch) AS (
        session bigint, "to" text, keep boolean, text text, key text, digest text
      )) WITH ORDINALITY AS item (session, "to", keep, text, key, digest, n)
      LEFT JOIN LATERAL (
        SELECT account_id FROM sessions
        WHERE sessions.id = item.session AND expires_at > time_now LIMIT 1
      ) AS speakers ON true
      LEFT JOIN LATERAL (
        SELECT entry_id AS id, digest FROM idempotency_keys
        WHERE account_id = speakers.account_id
          AND idempotency_keys.key = item.key AND item.key IS NOT NULL
          AND (SELECT sent_at FROM entries WHERE entries.id = entry_id) >= time_now - 86400000
        LIMIT 1
      ) AS known ON true
      LEFT JOIN LATERAL (
        SELECT accounts.id FROM accounts
        WHERE accounts.key = item."to" AND item."to" IS NOT NULL LIMIT 1
      ) AS recipients ON true
    ),
    -- Of those with one key the first that gets in decides about the ones after it.
    settled AS MATERIALIZED (
      SELECT *, CASE WHEN key IS NULL THEN n ELSE
        min(n) FILTER (WHERE verdict = 'appended') OVER (PARTITION BY sender_id, key)
      END AS first
      FROM judged
    ),
    numbered AS MATERIALIZED (
      SELECT *, CASE WHEN verdict = 'appended' AND n = first THEN
        old_head + count(*) FILTER (WHERE verdict = 'appended' AND n = first) OVER (ORDER BY n)
      END AS new_id
      FROM settled
    ),
    written AS (
      INSERT INTO entries (id, sender_id, recipient_id, text, sent_at)
      SELECT new_id, sender_id, recipient_id, text, time_now
      FROM numbered WHERE new_id IS NOT NULL ORDER BY n
    ),
    -- A key that is still there and was not found is too old to count.
    remembered AS (
      INSERT INTO idempotency_keys (entry_id, account_id, key, digest)
      SELECT new_id, sender_id, key, digest
      FROM numbered WHERE new_id IS NOT NULL AND key IS NOT NULL ORDER BY n
      ON CONFLICT (account_id, key) DO UPDATE
      SET entry_id = excluded.entry_id, digest = excluded.digest
    ),
    outcomes AS (
      SELECT n,
        CASE WHEN key IS NULL OR n <= first OR first IS NULL THEN verdict
          WHEN digest = max(digest) FILTER (WHERE n = first) OVER same_key THEN 'replayed'
          ELSE 'key-reused'
        END AS kind,
        CASE WHEN key IS NULL THEN new_id
          ELSE coalesce(max(new_id) FILTER (WHERE n = first) OVER same_key, known_id)
        END AS id,
        CASE WHEN new_id IS NOT NULL THEN sender_id END AS new_sender,
        CASE WHEN new_id IS NOT NULL THEN recipient_id END AS new_recipient
      FROM numbered
      WINDOW same_key AS (PARTITION BY sender_id, key)
    )
    SELECT array_agg(kind ORDER BY n), array_agg(id ORDER BY n),
      array_agg(new_sender ORDER BY n), array_agg(new_recipient ORDER BY n)
    INTO outcome_kinds, outcome_ids, new_senders, new_recipients FROM outcomes;

    INSERT INTO tickets (ticket, kinds, ids, at)
    VALUES (batch_ticket, outcome_kinds, outcome_ids, time_now);
    IF 'appended' = ANY (outcome_kinds) THEN
      PERFORM pg_notify('obrol', (SELECT max(given)::text FROM unnest(outcome_ids) AS given));
    END IF;
  END IF;

  -- What was just written is known; what was written before is read.
  RETURN QUERY
  SELECT outcome.kind, epoch_born,
    CASE WHEN outcome.new_sender IS NOT NULL THEN outcome.id ELSE said.id END,
    CASE outcome.kind WHEN 'replayed' THEN said.text END,
    CASE WHEN outcome.new_sender IS NOT NULL THEN time_now ELSE said.sent_at END,
    senders.id, senders.username, recipients.id, recipients.username
  FROM unnest(outcome_kinds, outcome_ids, new_senders, new_recipients)
    WITH ORDINALITY AS outcome (kind, id, new_sender, new_recipient, n)
  LEFT JOIN LATERAL (
    SELECT * FROM entries
    WHERE entries.id = outcome.id AND outcome.new_sender IS NULL
      AND outcome.kind IN ('appended', 'replayed') LIMIT 1
  ) AS said ON true
  LEFT JOIN LATERAL (
    SELECT accounts.id, username FROM accounts
    WHERE accounts.id = coalesce(outcome.new_sender, said.sender_id) LIMIT 1
  ) AS senders ON true
  LEFT JOIN LATERAL (
    SELECT accounts.id, username FROM accounts
    WHERE accounts.id = coalesce(outcome.new_recipient, said.recipient_id)
      AND coalesce(outcome.new_recipient, said.recipient_id) IS NOT NULL LIMIT 1
  ) AS recipients ON true
  ORDER BY outcome.n;
END
$$;

CREATE OR REPLACE FUNCTION obrol_change_presence(this_node text, entering bigint[], leaving bigint[])
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  time_now bigint;
  gone bigint[];
  come bigint[];
  come_accounts bigint[];
BEGIN
  PERFORM obrol_lock(2);
  IF NOT EXISTS (SELECT FROM nodes WHERE id = this_node) THEN
    RETURN false;
  END IF;
  time_now := obrol_now();

  WITH left_here AS (
    DELETE FROM presence WHERE node_id = this_node AND session_id = ANY (leaving)
    RETURNING session_id
  )
  SELECT array_agg(session_id) INTO gone FROM left_here
  WHERE (
    SELECT true FROM presence AS others
    WHERE others.session_id = left_here.session_id AND others.node_id <> this_node
    ORDER BY others.node_id LIMIT 1) IS NULL;
  PERFORM obrol_note('left', gone, NULL, NULL);

  WITH entered_here AS (
    INSERT INTO presence (session_id, node_id, account_id, since)
    SELECT coming, this_node, alive.account_id, coalesce(
      (SELECT min(since) FROM presence AS others WHERE others.session_id = coming), time_now)
    FROM unnest(entering) AS coming CROSS JOIN LATERAL (
      SELECT account_id FROM sessions WHERE id = coming AND expires_at > time_now LIMIT 1
    ) AS alive
    ON CONFLICT DO NOTHING
    RETURNING session_id, account_id
  )
  SELECT array_agg(session_id ORDER BY session_id), array_agg(account_id ORDER BY session_id)
  INTO come, come_accounts FROM entered_here
  WHERE (
    SELECT true FROM presence AS others
    WHERE others.session_id = entered_here.session_id AND others.node_id <> this_node
    ORDER BY others.node_id LIMIT 1) IS NULL;
  PERFORM obrol_note(
    'entered', come, come_accounts, array_fill(time_now, ARRAY[coalesce(cardinality(come), 0)]));
  RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION obrol_reap(this_node text, in_touch_ms bigint, lease_ms bigint, grace_ms bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  dead text[];
  gone bigint[];
BEGIN
  PERFORM obrol_lock(2);
  WITH taken AS (
    DELETE FROM nodes
    WHERE lease_until <= obrol_now() AND id <> this_node
      AND in_touch_ms >= CASE WHEN closed THEN grace_ms ELSE lease_ms END
    RETURNING id
  )
  SELECT array_agg(id) INTO dead FROM taken;
  IF dead IS NULL THEN
    RETURN;
  END IF;

  WITH taken AS (
    DELETE FROM presence WHERE node_id = ANY (dead) RETURNING session_id
  )
  SELECT array_agg(DISTINCT session_id) INTO gone FROM taken
  WHERE (
    SELECT true FROM presence AS others
    WHERE others.session_id = taken.session_id AND others.node_id <> ALL (dead)
    ORDER BY others.node_id LIMIT 1) IS NULL;
  PERFORM obrol_note('left', gone, NULL, NULL);
END
$$;

-- Notes how far people's streams have come in the log of an epoch: [{account, id}, …]. A client can
-- present any cursor: a mark past the head would hide what is yet to be said. A mark that passes no
-- direct message tells nothing new, and most do: they write nothing. Rows are locked in one order,
-- since two nodes may raise the same ones at once.
CREATE FUNCTION obrol_reach(marks jsonb, epoch_born bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  head bigint := (SELECT max(id) FROM entries);
  mark record;
BEGIN
  IF (SELECT (born, incarnation) FROM epochs ORDER BY born DESC LIMIT 1)
    IS DISTINCT FROM (epoch_born, obrol_incarnation()) THEN
    RETURN;
  END IF;
  FOR mark IN
    SELECT account, least(id, head) AS id
    FROM jsonb_to_recordset(marks) AS given (account bigint, id bigint) ORDER BY account
  LOOP
    UPDATE accounts SET reached = mark.id
    WHERE id = mark.account AND reached < mark.id AND (
      SELECT true FROM entries
      WHERE recipient_id IS NOT NULL
        AND recipient_id = ANY (ARRAY[mark.account, mark.account])
        AND entries.id > accounts.reached AND entries.id <= mark.id
      ORDER BY recipient_id, entries.id LIMIT 1);
  END LOOP;
END
$$;

-- One step of housekeeping: at most 1,000 rows of each kind, from where the last step ended.
CREATE OR REPLACE FUNCTION obrol_sweep(before bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  step CONSTANT integer := 1000;
  time_now bigint := obrol_now();
  trimmed_to bigint;
  keys_to bigint;
  changes_to bigint;
  edge bigint;
  dropped integer;
  more boolean := false;
BEGIN
  IF NOT pg_try_advisory_xact_lock(1331851887, 3) THEN
    RETURN false;
  END IF;

  SELECT up_to INTO trimmed_to FROM trimmed;
  SELECT keys_up_to, changes_up_to INTO keys_to, changes_to FROM swept;

  -- A prefix of the log, up to the first that is not due: a clock that was ahead for a while makes
  -- what came after it wait. The newest stays, for it holds the head.
  SELECT coalesce(min(id) FILTER (WHERE (sent_at < before) IS NOT TRUE) - 1, max(id), trimmed_to)
  INTO edge FROM (
    SELECT id, sent_at FROM entries
    WHERE id > trimmed_to AND id < (SELECT max(id) FROM entries)
    ORDER BY id LIMIT step
  ) AS oldest;
  IF edge > trimmed_to THEN
    DELETE FROM idempotency_keys WHERE entry_id > greatest(trimmed_to, keys_to) AND entry_id <= edge;
    DELETE FROM entries WHERE id > trimmed_to AND id <= edge;
    UPDATE trimmed SET up_to = edge;
    trimmed_to := edge;
    more := EXISTS (
      SELECT FROM entries
      WHERE id = edge + 1 AND sent_at < before AND id < (SELECT max(id) FROM entries));
  END IF;

  -- Of keys a prefix, too; one more of them tells whether others are due.
  keys_to := greatest(trimmed_to, keys_to);
  SELECT max(entry_id) FILTER (WHERE n <= least(step, due_rows)),
    coalesce(bool_or(due_rows > step), false) OR more
  INTO edge, more FROM (
    SELECT entry_id, n,
      coalesce(min(n) FILTER (WHERE due IS NOT TRUE) OVER () - 1, count(*) OVER ()) AS due_rows
    FROM (
      SELECT entry_id, row_number() OVER (ORDER BY entry_id) AS n,
        (SELECT sent_at FROM entries WHERE id = entry_id) < time_now - 86400000 AS due
      FROM (
        SELECT entry_id FROM idempotency_keys
        WHERE entry_id > keys_to AND entry_id <= (SELECT max(id) FROM entries)
        ORDER BY entry_id LIMIT step + 1
      ) AS oldest
    ) AS judged
  ) AS counted;
  IF edge IS NOT NULL THEN
    DELETE FROM idempotency_keys WHERE entry_id > keys_to AND entry_id <= edge;
    UPDATE swept SET keys_up_to = edge;
  END IF;

  -- A session that is still present has its grace; it is due when presence has let go of it.
  DELETE FROM sessions WHERE id = ANY (ARRAY(
    SELECT id FROM sessions
    WHERE expires_at <= time_now
      AND (
        SELECT true FROM presence
        WHERE presence.session_id = sessions.id ORDER BY presence.node_id LIMIT 1) IS NULL
    ORDER BY expires_at LIMIT step
    FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS dropped = ROW_COUNT;
  more := more OR dropped = step;

  DELETE FROM tickets WHERE ticket = ANY (ARRAY(
    SELECT ticket FROM tickets WHERE at < time_now - 600000 ORDER BY at LIMIT step));
  GET DIAGNOSTICS dropped = ROW_COUNT;
  more := more OR dropped = step;

  -- The newest stays: it holds the sequence. A node that was away for longer reads all anew.
  SELECT max(seq), count(*) INTO edge, dropped FROM (
    SELECT seq, at FROM changes
    WHERE seq > changes_to AND seq < (SELECT max(seq) FROM changes)
    ORDER BY seq LIMIT step
  ) AS oldest WHERE at < time_now - 900000;
  IF dropped > 0 THEN
    DELETE FROM changes WHERE seq > changes_to AND seq <= edge;
    UPDATE swept SET changes_up_to = edge;
  END IF;
  more := more OR dropped = step;

  DELETE FROM counts WHERE key = ANY (ARRAY(
    SELECT key FROM counts WHERE ends_at <= time_now ORDER BY ends_at LIMIT step
    FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS dropped = ROW_COUNT;
  RETURN more OR dropped = step;
END
$$;
