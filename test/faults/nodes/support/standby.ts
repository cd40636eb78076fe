import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openPostgres, type PostgresServer } from '../../../support/postgres.ts'

/**
 * Starts a standby of a server from a copy of its data folder. For the copy the primary is stopped.
 *
 * @param port of the primary or of a proxy in front of it
 */
export async function openStandby(
  t: Test,
  primary: PostgresServer,
  port = primary.port,
): Promise<PostgresServer> {
  const folder = `${primary.folder}-standby`
  await primary.stop()
  // With owners and modes, which PostgreSQL checks.
  execFileSync('cp', ['-a', primary.folder, folder])
  writeFileSync(join(folder, 'standby.signal'), '')
  const from = `host=127.0.0.1 port=${port} user=postgres application_name=standby`
  const standby = openPostgres(t, {
    folder,
    settings: [`primary_conninfo=${from}`, 'wal_retrieve_retry_interval=100ms'],
  })
  await Promise.all([primary.start(), standby])
  return standby
}
