import { StartError } from '../store.ts'
import type { Connection } from './connection.ts'

const oldestVersion = 15

type Server = {
  version: number
  encoding: string
  standby: boolean
  isolation: string
  commit: string
}

/**
 * Looks whom one has reached. The settings are asked for with every connection, since they can be
 * changed while it is there to be reached, and a pooler in between may drop those we send.
 *
 * @throws {StartError} where it is nothing to keep a log in
 * @throws {Error} a standby, which another server may take the place of
 */
export async function greet(connection: Connection, answerMs: number): Promise<void> {
  const [server] = await connection.run(
    (sql) => sql<Server[]>`
      SELECT current_setting('server_version_num')::integer / 10000 AS version,
        current_setting('server_encoding') AS encoding,
        pg_is_in_recovery() AS standby,
        current_setting('transaction_isolation') AS isolation,
        current_setting('synchronous_commit') AS commit`,
    answerMs,
  )
  const { version, encoding, standby, isolation, commit } = server as Server
  if (version < oldestVersion) {
    throw new StartError(`PostgreSQL ${version} is too old: ${oldestVersion} or later is needed`)
  }
  if (encoding !== 'UTF8') {
    throw new StartError(`The database is encoded in ${encoding}: UTF8 is needed`)
  }
  if (isolation !== 'read committed') {
    throw new StartError(`default_transaction_isolation is ${isolation}: read committed is needed`)
  }
  if (commit !== 'on' && commit !== 'remote_apply') {
    throw new StartError(`synchronous_commit is ${commit}: on is needed`)
  }
  if (standby) throw new Error('it is a standby, which takes no writes')
}
