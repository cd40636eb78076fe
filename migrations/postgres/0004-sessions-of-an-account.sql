-- An account has so many sessions at most, which are counted when another is opened.
CREATE INDEX sessions_account ON sessions (account_id, created_at);

-- The account, for which a session is about to be opened, its row locked until the commit, so that
-- two who do so count one after the other. Ends what is past the most that may stay beside the new
-- one: those that are not present first, the oldest of them first, 1,000 in one go.
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
