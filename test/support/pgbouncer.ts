import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { freePort } from './free-port.ts'
import { asWhom } from './postgres-binaries.ts'

/** Where Debian's package puts it. */
const pgbouncer = '/usr/sbin/pgbouncer'

/**
 * A PgBouncer on 127.0.0.1 before a PostgreSQL, ended after the test.
 *
 * @param configuration what stands in its section `[pgbouncer]`
 * @param roles who may come in, without a password
 * @returns its port
 */
export async function startPgBouncer(
  t: Test,
  { behind, configuration, roles }: { behind: number; configuration: string; roles: string[] },
): Promise<number> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'obrol-pgbouncer-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  if (asWhom.uid !== undefined) chownSync(folder, asWhom.uid, asWhom.gid)
  writeFileSync(join(folder, 'users'), roles.map((role) => `"${role}" ""\n`).join(''))
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]\n* = host=127.0.0.1 port=${behind}\n${configuration}
listen_addr=127.0.0.1\nlisten_port=${port}\nunix_socket_dir=\nauth_type=trust
auth_file=${folder}/users\n`,
  )
  const bouncer = spawn(pgbouncer, [file], {
    ...asWhom,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(bouncer, 'exit')
  t.teardown(async () => {
    bouncer.kill('SIGKILL')
    await ended
  })
  let log = ''
  for await (const chunk of bouncer.stderr.iterator({ destroyOnReturn: false })) {
    log += chunk
    if (log.includes('process up')) break
  }
  bouncer.stderr.resume()
  bouncer.stdout.resume()
  if (!log.includes('process up')) throw new Error(`PgBouncer did not start: ${log}`)
  return port
}
