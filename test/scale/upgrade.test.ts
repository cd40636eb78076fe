/**
 * The upgrade of a data folder of 0.1 with 5,000,000 messages in 1,500,000 conversations, by the server that
 * is built: how long it takes, what it takes of the disk and of memory.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { compiledMain } from '../support/compiled.ts'
import { growOld, sameMessages } from '../support/old-folder.ts'

const reduced = process.env.OBROL_SCALE === 'reduced'
const messages = reduced ? 100_000 : 5_000_000
const accounts = reduced ? 5_000 : 200_000

/** Goals, for two cores that others use too. */
const mostSeconds = 60
const mostMegabytes = 500

t.test('a data folder of 0.1 is upgraded within a minute', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'obrol-upgrade-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  mkdirSync(data, { mode: 0o700 })
  const database = join(data, 'obrol.db')
  growOld(database, { messages, accounts, partners: 13 })
  const before = statSync(database).size
  const begunAt = performance.now()
  const server = spawn(process.execPath, [compiledMain, 'serve'], {
    env: { PORT: '0', DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => server.kill('SIGKILL'))
  const freeBefore = freeBytes(data)
  let [taken, resident, seconds] = [0, 0, 0]
  const told: string[] = []
  for await (const line of createInterface(server.stdout)) {
    const { event, msg, ms } = JSON.parse(line)
    if (event === 'upgrading' || event === 'upgraded') {
      taken = Math.max(taken, freeBefore - freeBytes(data))
      resident = Math.max(resident, peakOf(server.pid as number))
      told.push(`${((performance.now() - begunAt) / 1_000).toFixed(1)} s: ${msg}`)
    }
    if (event === 'upgraded') seconds = ms / 1_000
    if (event === 'started') break
  }
  const started = (performance.now() - begunAt) / 1_000
  const ended = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  await ended
  const after = statSync(database).size
  process.stderr.write(`${told.join('\n')}
${messages} messages: upgraded in ${seconds.toFixed(1)} s, started after ${started.toFixed(1)} s;
${megabytes(before)} MB before, ${megabytes(after)} MB after, up to ${megabytes(taken)} MB of disk besides;
up to ${megabytes(resident)} MB of memory
`)
  // A small one is done before a tenth of its messages is worth a line.
  t.ok(told.length > (reduced ? 8 : 15), 'its steps are told')
  t.same(sameMessages(`${database}.before-0005`, database), {
    before: messages,
    after: messages,
    same: messages,
  })
  if (reduced) return
  t.ok(started < mostSeconds)
  t.ok(resident < mostMegabytes * 1_000_000)
  t.ok(taken < 2 * before, 'the new database, and what is sorted beside it')
})

function freeBytes(folder: string): number {
  const { bfree, bsize } = statfsSync(folder)
  return bfree * bsize
}

/** The most memory that a process has had, in bytes. */
function peakOf(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000)
}
