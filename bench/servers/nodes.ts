import './debian.ts'

import postgres from 'postgres'
import {
  type PostgresServer,
  postgresName,
  postgresRuns,
  startPostgres,
} from '../../test/support/postgres.ts'
import { asObrol, makeFolder, startProcess } from './obrol.ts'
import { makePeople, type Person } from './people.ts'
import { type Contender, loadCore, type Server } from './server.ts'

/** Whether a PostgreSQL can be started here. */
export const hasPostgres: boolean = postgresRuns

/** Which one, for example `PostgreSQL 15.18 (Debian)`. */
export const onPostgres: string = postgresName

interface NodesOptions {
  name: string
  nodes: number
  /** How many messages are in the log already (0). */
  rows?: number
}

/**
 * Nodes on a PostgreSQL of their own with default settings: an fsync after every commit. The nodes
 * share the servers' core; the database has the load's, so that a node's cost is its own.
 */
export function obrolNodes({ name, nodes, rows = 0 }: NodesOptions): Contender {
  return { name, start: (people) => startNodes(people, nodes, rows) }
}

async function startNodes(count: number, nodes: number, rows: number): Promise<Server> {
  const { server: database, remove } = await startPostgres({
    durable: true,
    inside: ['taskset', '-c', String(loadCore)],
  })
  const people = makePeople(count)
  const url = await seedDatabase(database, people, rows)
  const places = await Promise.all(
    Array.from({ length: nodes }, async () => {
      const folder = makeFolder()
      return { folder, ...(await startProcess(folder.path, { DATABASE_URL: url })) }
    }),
  )
  const [first, second = first] = places as [(typeof places)[0], ...typeof places]
  return {
    ...asObrol(people, 'none'),
    port: first.port,
    streamPort: second.port,
    ports: places.map(({ port }) => port),
    pid: second.pid,
    pids: places.map(({ pid }) => pid),
    databasePid: database.pid,
    head: rows,
    async stop() {
      await Promise.all(places.map(({ stop }) => stop()))
      for (const { folder } of places) folder.remove()
      await remove()
    },
  }
}

/** Inserts users, sessions and a log before a node starts. */
async function seedDatabase(
  database: PostgresServer,
  people: readonly Person[],
  rows: number,
): Promise<string> {
  const url = await database.freshDatabase()
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const now = Math.floor(Date.now() / 1000) * 1000
  await sql`SELECT set_config('obrol.names', 'checked', false)`
  await sql`
    INSERT INTO accounts (id, username, key, password_hash, created_at)
    SELECT account, username, username, '-', ${now}
    FROM jsonb_to_recordset(${sql.json(people as never)}) AS people (account bigint, username text)`
  await sql`
    INSERT INTO sessions (id, account_id, created_at, expires_at)
    SELECT session, account, ${now}, "expiresAt" * 1000
    FROM jsonb_to_recordset(${sql.json(people as never)})
      AS people (session bigint, account bigint, "expiresAt" bigint)`
  await sql`
    INSERT INTO entries (id, kind, audience_id, actor_id, text, sent_at)
    SELECT id, 'message', 1, 1 + id % ${people.length}, repeat('x', 200), ${now}
    FROM generate_series(1, ${rows}::bigint) AS id`
  await sql`VACUUM ANALYZE`
  await sql`CHECKPOINT`
  await sql.end()
  return url
}
