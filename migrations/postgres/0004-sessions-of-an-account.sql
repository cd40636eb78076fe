-- The sessions of an account, which are counted when another is opened. While the index is made, which
-- takes less than a second for 600,000 sessions, none is opened or ended; posts go on.
CREATE INDEX sessions_account ON sessions (account_id, created_at);

-- The account for which a session is about to be opened. Its row is locked until the commit, so that
-- of two who open one at once the second counts the first's. Ends the sessions past those that may
-- stay beside the new one: first those that are not present, of them the oldest; 1,000 in one go.
CREATE FUNCTION obrol_before_session(account bigint, may_stay integer)
RETURNS TABLE (id bigint, username text, created_at bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
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
  RETURN QUERY SELECT id, username, created_at FROM accounts WHERE id = account;
END
$$;
