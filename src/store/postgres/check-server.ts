import { StartError } from '../start-error.ts'
import type { Connection } from './connection.ts'
import { requiredSettings } from './session-settings.ts'

const MIN_VERSION = 15

type ServerFacts = {
  version: number
  encoding: string
  standby: boolean
  /** The required settings, as the session has them; null if this version has no such setting. */
  settings: Readonly<Record<string, string | null>>
  /** The schemas in which names are looked up, in order. */
  schemas: readonly string[]
  /** The start of a statement that sets a setting of this role in this database. */
  alter: string
}

const settingColumns = requiredSettings.map(
  ({ setting }) => `'${setting}', current_setting('${setting}', true)`,
)

/**
 * Checks that a log can be kept at the server that was reached. This is done for each connection:
 * its settings can be changed at any time, and a pooler in between may drop those that are sent.
 *
 * @throws {StartError} if it cannot
 * @throws {Error} if it is a standby: another server of the URL may be the primary
 */
export async function checkServer(connection: Connection, queryTimeoutMs: number): Promise<void> {
  const [server] = await connection.run(
    (sql) => sql<ServerFacts[]>`
      SELECT current_setting('server_version_num')::integer / 10000 AS version,
        current_setting('server_encoding') AS encoding,
        pg_is_in_recovery() AS standby,
        json_build_object(${sql.unsafe(settingColumns.join())}) AS settings,
        to_json(current_schemas(true)) AS schemas,
        format('ALTER ROLE %I IN DATABASE %I SET', session_user, current_database()) AS alter`,
    queryTimeoutMs,
  )
  const { version, encoding, standby, ...found } = server as ServerFacts
  if (version < MIN_VERSION) {
    throw new StartError(`PostgreSQL ${version} is too old: ${MIN_VERSION} or later is needed`)
  }
  if (encoding !== 'UTF8') {
    throw new StartError(`The database is encoded in ${encoding}: UTF8 is needed`)
  }
  checkSettings(found)
  if (standby) throw new Error('it is a standby, which takes no writes')
}

/** @throws {StartError} one line with all settings that must be changed, and the statements for that */
function checkSettings({
  settings,
  schemas,
  alter,
}: Pick<ServerFacts, 'settings' | 'schemas' | 'alter'>) {
  const problems: string[] = []
  const remedies: string[] = []
  for (const { setting, needed, value, met } of requiredSettings) {
    const found = settings[setting] ?? value
    if (met(found)) continue
    problems.push(`${setting} is ${found}: ${needed} is needed`)
    remedies.push(`${alter} ${setting} = '${value}';`)
  }
  const [first, second] = schemas.filter((schema) => !/^pg_temp/.test(schema))
  if (first !== 'pg_catalog' || second === undefined) {
    problems.push('search_path must name a schema that is there, and pg_catalog not behind it')
    remedies.push(`${alter} search_path = "$user", public;`)
  }
  if (problems.length === 0) return
  throw new StartError(
    `${problems.join(', ')}. Where DATABASE_URL does not say so, and a pooler in between lets no ` +
      `setting through, set it for the role: ${remedies.join(' ')}`,
  )
}
