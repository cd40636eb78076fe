-- What names look like: the skeletons of UTS #39 of each as typed and of its key. Of two names from
-- before 0.2 that look alike the older account has them; a new name that wants one of them is
-- refused. It has no foreign key: accounts are never deleted.
CREATE TABLE name_skeletons (
  skeleton text COLLATE "C" PRIMARY KEY,
  account_id bigint NOT NULL
);

-- The version of the rules by which skeletons and keys were made: one row, once a server has made
-- them, for SQL cannot.
CREATE TABLE name_forms (version text NOT NULL);

-- Makes an account: one row, or none where its key or a skeleton is taken. Skeletons go in in their
-- order, so that two who want the same ones wait for each other in turn. While a server makes all of
-- them anew it holds the advisory lock 5, and nobody registers.
CREATE FUNCTION obrol_register(username text, key text, password_hash text, skeletons jsonb)
RETURNS SETOF accounts LANGUAGE plpgsql AS $$
DECLARE
  made accounts;
BEGIN
  PERFORM set_config('obrol.names', 'checked', true), set_config('lock_timeout', '2s', true);
  PERFORM pg_advisory_xact_lock_shared(1331851887, 5);
  INSERT INTO accounts (username, key, password_hash, created_at)
  VALUES (obrol_register.username, obrol_register.key, obrol_register.password_hash, obrol_now())
  RETURNING * INTO made;
  INSERT INTO name_skeletons (skeleton, account_id)
  SELECT skeleton, made.id FROM jsonb_array_elements_text(skeletons) AS skeleton
  ORDER BY skeleton COLLATE "C";
  RETURN NEXT made;
EXCEPTION WHEN unique_violation THEN
  RETURN;
END
$$;

-- A server of 0.1 that runs beside newer ones takes no new names, for it cannot tell which look alike:
-- it answers 503 to whoever would register there, who may try again and reach a newer one.
CREATE FUNCTION obrol_refuse_unchecked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('obrol.names', true) IS DISTINCT FROM 'checked' THEN
    RAISE EXCEPTION 'a newer version of Obrol checks names: register there'
    USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER names_are_checked BEFORE INSERT ON accounts
FOR EACH STATEMENT EXECUTE FUNCTION obrol_refuse_unchecked();
