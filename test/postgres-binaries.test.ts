import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { postgresRuns } from './support/postgres.ts'
import {
  asWhom,
  findBinaries,
  ofPackage,
  reachable,
  removeInTheEnd,
} from './support/postgres-binaries.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Without the test runner, which puts itself into every process. */
const bare = { ...process.env, NODE_OPTIONS: '' }

if (postgresRuns && asWhom.uid !== undefined) {
  t.test('PostgreSQL runs for root in a folder that nobody else may enter', async (t) => {
    const home = mkdtempSync(join(tmpdir(), 'obrol-closed-'))
    t.teardown(() => rmSync(home, { recursive: true, force: true }))
    chmodSync(home, 0o700)
    const packaged = await ofPackage()
    cpSync(dirname(dirname(packaged.postgres)), home, { recursive: true, verbatimSymlinks: true })
    const closed = { initdb: join(home, 'bin/initdb'), postgres: join(home, 'bin/postgres') }
    const version = (postgres: string) =>
      String(execFileSync(postgres, ['--version'], { ...asWhom, cwd: '/' }))
    t.throws(() => version(closed.postgres), { code: 'EACCES' })

    const reached = reachable(closed)
    const copy = reached?.copy as string
    t.teardown(() => rmSync(copy, { recursive: true, force: true }))
    t.match(version(reached?.binaries.postgres as string), /^postgres \(PostgreSQL\) \d/)
    t.not(statSync(copy).uid, asWhom.uid, 'and it is not for that account to change')
    const data = mkdtempSync(join(tmpdir(), 'obrol-closed-data-'))
    t.teardown(() => rmSync(data, { recursive: true, force: true }))
    chmodSync(data, 0o777)
    const made = () =>
      execFileSync(reached?.binaries.initdb as string, ['-D', join(data, 'data'), '--no-sync'], {
        ...asWhom,
        cwd: '/',
        stdio: 'ignore',
      })
    t.doesNotThrow(made, 'with all that it needs beside it')
  })
}

t.test('a copy goes with the process that made it, however it ends', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'obrol-copy-'))
  t.teardown(() => rmSync(home, { recursive: true, force: true }))
  const program = `
    import { ${removeInTheEnd.name} } from './test/support/postgres-binaries.ts'
    ${removeInTheEnd.name}(${JSON.stringify(home)})
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50)`
  spawnSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, env: bare })
  for (const until = Date.now() + 10_000; Date.now() < until && existsSync(home); ) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  t.notOk(existsSync(home))
})

t.test('what a run leaves out for want of a PostgreSQL is its last word', async (t) => {
  const program = `
    import covered from './test/suites/covered.js'
    console.error('the tests have run')
    console.log(JSON.stringify(covered('test/suites/3-store.suite.ts')))`
  const run = (postgres: string) =>
    spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      encoding: 'utf8',
      env: { ...bare, OBROL_TEST_POSTGRES: postgres },
    })
  const { stdout, stderr } = run('none')
  t.match(stderr, /^the tests have run\n.*PostgreSQL cannot run here.*not tested.*\n$/s)
  const covered: string[] = JSON.parse(stdout)
  t.ok(covered.includes('src/server.ts'))
  t.notMatch(covered.join(), /src\/store\/(postgres|move)\/|src\/open-store\.ts/)
  t.match(run('/nowhere').stderr, /OBROL_TEST_POSTGRES=\/nowhere: it cannot run there/)
  if (!postgresRuns) return
  const all = run('')
  t.equal(all.stderr, 'the tests have run\n')
  t.match(all.stdout, /src\/store\/postgres\/pool\.ts.*/)
  t.match(all.stdout, /src\/open-store\.ts/)
  t.equal((await findBinaries())?.ofSystem, Boolean(process.env.OBROL_TEST_POSTGRES))
})
