import './debian.ts'

import { move } from '../../src/store/move/move.ts'
import { type PostgresServer, startPostgres } from '../../test/support/postgres.ts'
import { pin } from '../machine/processes.ts'
import { asObrol, type Data, makeFolder, type OnSqlite, startProcess } from './obrol.ts'
import { type Contender, loadCore, type Server, serverCore } from './server.ts'

/** The data of a contender, in a database that is copied for each round. */
interface Template extends Pick<Data, 'people' | 'head'> {
  database: string
}

/** Of each kind of data, so that scenarios that begin with the same data share them. */
const templates = new Map<OnSqlite['makeData'], Promise<Template>>()

let postgres: Promise<PostgresServer> | undefined

/**
 * One node on PostgreSQL, with the data that `obrol move` makes of the contender's. The node has the
 * servers' core, the database the load's. PostgreSQL runs with default settings, and only while it is
 * measured.
 */
export function movedToPostgres({ name, makeData }: OnSqlite): Contender {
  return {
    name,
    async start(people) {
      postgres ??= makePostgres()
      const server = await postgres
      const template = templates.get(makeData) ?? makeTemplate(server, await makeData(people))
      templates.set(makeData, template)
      return startNode(server, await template)
    },
  }
}

/** One that is stopped, and removed when the benchmark ends. */
async function makePostgres(): Promise<PostgresServer> {
  const { server, removeNow } = await startPostgres({
    durable: true,
    inside: ['taskset', '-c', String(loadCore)],
  })
  process.once('exit', removeNow)
  await server.stop()
  return server
}

async function makeTemplate(server: PostgresServer, data: Data): Promise<Template> {
  const { folder, people, head } = data
  const database = `data_${templates.size}`
  await server.start()
  // This process, which reads the data, has the other core.
  pin(serverCore, server.pid)
  await server.run(`CREATE DATABASE ${database}`)
  await move(folder.path, server.url(database))
  folder.remove()
  // The first start on moved data makes the skeletons of all names.
  const logFolder = makeFolder()
  const node = await startProcess(logFolder.path, { DATABASE_URL: server.url(database) })
  await node.stop()
  logFolder.remove()
  await server.run('VACUUM ANALYZE', database)
  await server.stop()
  return { database, people, head }
}

async function startNode(
  server: PostgresServer,
  { database, people, head }: Template,
): Promise<Server> {
  await server.start()
  await server.run(`CREATE DATABASE measured TEMPLATE ${database} STRATEGY file_copy`)
  const logFolder = makeFolder()
  const { stop, ...node } = await startProcess(logFolder.path, {
    DATABASE_URL: server.url('measured'),
  })
  return {
    ...node,
    ...asObrol(people, 'none'),
    ...(head !== undefined && { head }),
    databasePid: server.pid,
    async stop() {
      await stop()
      logFolder.remove()
      await server.run('DROP DATABASE measured WITH (FORCE)')
      await server.stop()
    },
  }
}
