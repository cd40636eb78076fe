import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import t from 'tap'
import { move as moveHere, summaryOf } from '../../src/commands/move.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import * as people from '../store/fixtures.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

// These tests mostly wait for processes to start.
t.jobs = 3

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** `obrol move` in a process of its own. */
function move(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [main, 'move', ...args], {
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = { code: null, stdout: '', stderr: '' } as Ended
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (bytes: Buffer) => {
      ended[name] += bytes
    })
  return { child, ended: once(child, 'close').then(([code]) => ({ ...ended, code })) }
}

/** A data folder with so many messages. */
async function folderWithMessages(folder: string, messages: number): Promise<string> {
  const store = await openSqliteStore({ folder, onFatal: (error) => void t.fail(error.message) })
  const ann = await people.registerUser(store, 'ann')
  await people.appendMessage(store, ann, 'a')
  await store.signingKey()
  await store.close()
  new Database(join(folder, 'obrol.db'))
    .exec(
      `WITH RECURSIVE ids (id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM ids WHERE id < ${messages})
       INSERT INTO entries (id, kind, audience_id, actor_id, text, sent_at)
       SELECT ids.id, kind, audience_id, actor_id, 'and ' || ids.id, sent_at
       FROM ids, entries AS first WHERE first.id = 1 AND ids.id <= ${messages}`,
    )
    .close()
  return folder
}

t.test('shows its usage on --help and on a wrong command line', async (t) => {
  const usage = 'usage: obrol move --from SOURCE --to TARGET; see obrol move --help'
  const wrong = [[], ['--from', 'a'], ['--from', '', '--to', 'b'], ['a', 'b'], ['--form', 'a']]
  for (const args of wrong) t.equal(await moveHere(args), usage, args.join(' '))
  const [refused, help] = await Promise.all([move('--from', 'a').ended, move('--help').ended])
  t.same(refused, { code: 2, stdout: '', stderr: `obrol: ${usage}\n` })
  t.match(help, { code: 0, stdout: /^Usage: obrol move --from SOURCE --to TARGET\n/, stderr: '' })
})

t.test('moves everything, and reports progress and a summary', async (t) => {
  const folder = t.testdir()
  const [from, to] = [join(folder, 'here'), join(folder, 'there')]
  await folderWithMessages(from, 3_000)
  const { code, stdout, stderr } = await move('--from', from, '--to', to).ended
  t.equal(code, 0)
  t.match(stderr, /^copied 1 of 3005 rows, 0 %\n/)
  t.match(stderr, /\nverified 3005 of 3005 rows, 100 %\n$/)
  t.equal(
    stdout.replace(/[0-9a-f]{64}/, 'SHA-256'),
    `Moved from ${from} to ${to}
  accounts          1
  sessions          1
  bans of accounts  0
  mutes             0
  setup codes       0
  audit records     0
  audiences         1
  rooms             0
  memberships       0
  blocks            0
  bans of rooms     0
  entries           3000
  read markers      1
  reactions         0
  idempotency keys  0
  epochs            1
  signing key       moved
  checksum          SHA-256
Both were read from end to end and hold the same.
Next: start one server with DATA_DIR=${to}, and without DATABASE_URL.
The source has not changed. Never start a server on it again: put it away once the target serves.
`,
  )
  await t.rejects(moveHere(['--from', from, '--to', to]), {
    message: /is not empty: it holds 1 accounts. Nothing was moved$/,
  })
})

t.test('says what to do next', async (t) => {
  const moved = { from: 'data', to: 'postgres://db/chat', counts: [], checksum: '00' }
  const text = summaryOf({ ...moved, kind: 'postgres', signingKey: false })
  t.match(text, '\n  signing key       there is none: go on with the same JWT_SECRET\n')
  t.match(text, '\nNext: set DATABASE_URL to the target for every server, and start them.\n')
})

t.test('leaves nothing in the target when it is stopped or killed half-way', async (t) => {
  const folder = t.testdir()
  const from = await folderWithMessages(join(folder, 'here'), 100_000)
  const before = readdirSync(from)
  await Promise.all(
    (['SIGTERM', 'SIGKILL'] as const).map(async (signal) => {
      // A process locks its data folder, so each move needs a source of its own.
      const here =
        signal === 'SIGTERM' ? from : await folderWithMessages(join(folder, 'other'), 100_000)
      const there = join(folder, signal)
      const { child, ended } = move('--from', here, '--to', there)
      await once(child.stderr as NodeJS.ReadableStream, 'data')
      child.kill(signal)
      const { code, stderr, stdout } = await ended
      t.equal(stdout, '')
      t.notOk(readdirSync(there).includes('obrol.db'))
      if (signal === 'SIGTERM') {
        t.equal(code, 1)
        t.match(stderr, /\nobrol: Stopped: nothing was moved\n$/)
        t.same(readdirSync(there), ['obrol.lock'])
      }
      t.same(
        readdirSync(here).filter((name) => !/-(wal|shm)$/.test(name)),
        before,
      )
    }),
  )
})
