import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { npmStart } from '../../support/documented-starts.ts'
import { ServerProcess } from '../../support/server-process.ts'
import { Person } from './person.ts'
import type { Seen, Times, Watched } from './watcher.ts'

/** The bounds of a server during a flood. */
const healthP99Ms = 500
const othersMs = 5000
const mostMb = 300

/**
 * After the flood the memory must come down to this much above its start, in MB, within so long, in
 * ms. V8 frees memory outside of its heap, such as that of bodies, only after 64 MB more, and the C
 * library keeps a page of 2 MB while a part of it is in use.
 */
const backWithinMb = 150
const backAfterMs = 10_000

/** How long a flood lasts by default, in ms. */
const lastsMs = 6000

export interface FloodOptions {
  /** How long it lasts, in ms. */
  lastsMs?: number
  /** Prepares the flood. */
  prepare?: (server: ServerProcess) => Promise<void>
  /** Begins the flood. @returns a function that ends it and returns what to print */
  begin: (server: ServerProcess) => () => Record<string, unknown>
  set?: Record<string, string>
}

/**
 * Floods a new server with the default settings, while another process checks that it answers other
 * clients in time and that its memory stays bounded and comes down afterwards.
 */
export async function flood(t: Test, options: FloodOptions): Promise<Record<string, unknown>> {
  const server = await ServerProcess.start(t, npmStart(), options.set)
  const other = await Person.register(server.url, 'other', '127.0.0.251')
  await options.prepare?.(server)
  // So that the memory that the first calls take for good is counted already.
  for (let call = 0; call < 200; call++) await (await server.call('/healthz')).text()
  await server.call('/v1/login', { username: other.username, password: other.password })
  const beforeMb = server.residentMb
  const stopWatching = await watch({ url: server.url, pid: server.pid, ...other })
  const end = options.begin(server)
  await delay(options.lastsMs ?? lastsMs)
  const seen = await stopWatching()
  const figures = end()
  const back = await memoryBack(server, beforeMb + backWithinMb)
  const { health, posts, logins, peakMb } = seen
  t.comment(`flood: ${JSON.stringify(figures)}`)
  for (const [name, times] of Object.entries({ health, posts, logins }))
    t.comment(`${name}: ${tell(times)}`)
  t.comment(
    `memory: ${beforeMb.toFixed()} MB before, ${peakMb.toFixed()} MB at most, ` +
      `${back.mb.toFixed()} MB ${(back.ms / 1000).toFixed(1)} s after`,
  )
  t.ok(health.count > 0 && posts.count > 0 && logins.count > 0, 'others asked meanwhile')
  t.same({ ...health.failed, ...posts.failed, ...logins.failed }, {}, 'others are answered')
  t.ok(health.p99 < healthP99Ms, `/healthz within ${healthP99Ms} ms`)
  t.ok(Math.max(posts.worst, logins.worst) < othersMs, `posts and logins within ${othersMs} ms`)
  t.ok(peakMb - beforeMb < mostMb, `at most ${mostMb} MB more`)
  t.ok(back.mb - beforeMb < backWithinMb, `afterwards within ${backWithinMb} MB of what it was`)
  return figures
}

async function watch(watched: Watched): Promise<() => Promise<Seen>> {
  const program = fileURLToPath(new URL('./watcher.ts', import.meta.url))
  const watcher = fork(program, { env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' } })
  watcher.send(watched)
  return async () => {
    const seen = once(watcher, 'message')
    watcher.send('stop')
    return (await seen)[0]
  }
}

/** The memory in MB, once it is at most so much or the wait has ended. */
async function memoryBack(server: ServerProcess, mb: number): Promise<{ mb: number; ms: number }> {
  const since = performance.now()
  const waited = () => performance.now() - since
  // V8 collects garbage only while the server is used.
  while (server.residentMb > mb && waited() < backAfterMs) {
    await (await server.call('/healthz')).text()
    await delay(100)
  }
  return { mb: server.residentMb, ms: waited() }
}

function tell({ count, median, p99, worst, failed }: Times): string {
  const failures = Object.keys(failed).length === 0 ? '' : `, failed ${JSON.stringify(failed)}`
  return `${count} calls, median ${median} ms, p99 ${p99} ms, worst ${worst} ms${failures}`
}
