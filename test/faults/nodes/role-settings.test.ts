import t, { type Test } from 'tap'
import { databaseNameOf } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { queryRows } from '../../support/query-rows.ts'
import { openRoom, type Room } from '../../support/room.ts'
import { gaps, words } from '../support/books.ts'
import { full } from '../support/deadline.ts'
import {
  countByText,
  openInProcessNodes,
  postBroadcast,
  runConcurrently,
} from './support/in-process-nodes.ts'
import { readLog } from './support/read-log.ts'

const keys = full ? 300 : 20
t.setTimeout(full ? 100_000 : 60_000)

/** Settings that break the order and the durability of the log. */
const lax = { default_transaction_isolation: "'repeatable read'", synchronous_commit: 'off' }

/** A trigger that records the settings in force when an entry is inserted. */
const witness = `
  CREATE TABLE witnessed (isolation text, "commit" text);
  GRANT ALL ON witnessed TO PUBLIC;
  CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO witnessed
    VALUES (current_setting('transaction_isolation'), current_setting('synchronous_commit'));
    RETURN NULL;
  END $$;
  CREATE TRIGGER witness AFTER INSERT ON entries EXECUTE FUNCTION witness()`

/** Where settings can be set; in PostgreSQL each overrides the one before. */
const whose = {
  'the database': ({ database }: Named) => `DATABASE ${database}`,
  'the role': ({ role }: Named) => `ROLE ${role}`,
  'the role in the database': ({ role, database }: Named) => `ROLE ${role} IN DATABASE ${database}`,
}

type Named = { role: string; database: string }

if (postgresRuns) {
  for (const [number, [what, named]] of Object.entries(whose)
    .slice(full ? 0 : -1)
    .entries()) {
    t.test(`settings of ${what} are overridden`, async (t) => {
      const server = await sharedPostgres()
      const role = `careless_${number}`
      await server.run(`CREATE ROLE ${role} LOGIN`)
      const database = databaseNameOf(await server.emptyDatabase(`OWNER ${role}`))
      for (const [setting, value] of Object.entries(lax)) {
        await server.run(`ALTER ${named({ role, database })} SET ${setting} = ${value}`)
      }
      await checkOverridden(t, what, server.url(database, { user: role }))
    })
  }

  t.test('settings in the URL that a log does not allow are refused', async (t) => {
    const server = await sharedPostgres()
    for (const [setting, message] of [
      ['default_transaction_isolation=repeatable%20read', /default_transaction_isolation/],
      ['default_transaction_isolation=serializable', /default_transaction_isolation/],
      ['synchronous_commit=off', /synchronous_commit/],
      ['synchronous_commit=local', /synchronous_commit/],
    ] as const) {
      const databaseUrl = `${await server.freshDatabase()}?${setting}`
      await t.rejects(openRoom(t, { settings: { databaseUrl } }), { name: 'StartError', message })
    }
  })
}

async function checkOverridden(t: Test, what: string, databaseUrl: string): Promise<void> {
  const [found] = await queryRows(
    databaseUrl,
    `SELECT current_setting('transaction_isolation') AS isolation,
       current_setting('synchronous_commit') AS "commit"`,
  )
  t.same(
    found,
    { isolation: 'repeatable read', commit: 'off' },
    'other sessions have these settings',
  )

  const { nodes, people } = await openInProcessNodes(t, ['ann'], { databaseUrl })
  const [ann] = people
  await (await sharedPostgres()).run(witness, databaseNameOf(databaseUrl))
  await runConcurrently(8, [...Array(keys).keys()], async (number) => {
    const at = (node: Room) => postBroadcast(node, ann, `message ${number}`, `${number}`)
    const answers = await Promise.all(nodes.servers.map(at))
    for (const { status } of answers) if (status !== 201) t.fail(`answered ${status}`)
  })
  const log = await readLog(databaseUrl)
  t.same(gaps(log), [])
  t.equal(log.length, keys)
  t.equal(countByText(log).size, keys, 'each message is in the log once')
  const witnessed = await queryRows<object>(databaseUrl, 'SELECT DISTINCT * FROM witnessed')
  t.same(witnessed, [{ isolation: 'read committed', commit: 'on' }], 'in force at each append')
  t.comment(words({ [`set for ${what}`]: Object.keys(lax).join(' '), keys, ...witnessed[0] }))
}
