-- Every function looks for names in the schema of the log alone, wherever its caller does; what
-- anyone makes in another schema, or as a temporary table, never stands in their place. A later
-- migration that makes or replaces a function in PL/pgSQL does the same for it
-- (test/store/postgres/settings.test.ts). Those in SQL become part of the query that calls them.
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
