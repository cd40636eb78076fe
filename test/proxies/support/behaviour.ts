import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import { CommandProcess } from '../../faults/support/process.ts'
import { EventReader } from '../../support/event-reader.ts'
import { temporaryFolder } from '../../support/room.ts'

/** What passes a proxy at once takes no longer, on a busy machine, in ms. */
const atOnceMs = 2_000

/** A server as a process of its own. */
export interface Served {
  process: CommandProcess
  url: string
}

export async function serve(t: Test, environment: Record<string, string>): Promise<Served> {
  const process = new CommandProcess({
    folder: await temporaryFolder(t),
    // As it comes: what is seen must not be owed to a heartbeat.
    env: { HEARTBEAT_MS: '15000', PRESENCE_GRACE_MS: '0', ...environment },
  })
  t.teardown(async () => {
    process.signal('SIGKILL')
    await process.exited
  })
  return { process, url: await process.listening() }
}

interface Asked {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
  /** The address that the client comes from. */
  from?: string
  /** The body comes in so many pieces, half a second apart. */
  pieces?: number
}

interface Answered {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: what is answered
  body: any
  type: string
}

/** One call on a connection of its own. */
export function ask(url: string, path: string, asked: Asked = {}): Promise<Answered> {
  const { method = asked.body ? 'POST' : 'GET', headers, body, from, pieces = 1 } = asked
  return new Promise((resolve, reject) => {
    const outgoing = request(url + path, {
      method,
      agent: false,
      headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(from && { localAddress: from }),
      timeout: 30_000,
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${path} was not answered`)))
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('error', reject)
      response.on('end', () => {
        const type = response.headers['content-type'] ?? ''
        const read = type.includes('json') ? JSON.parse(text) : text
        resolve({ status: response.statusCode as number, body: read, type })
      })
    })
    send(outgoing, Buffer.from(body ?? ''), pieces)
  })
}

async function send(outgoing: ReturnType<typeof request>, body: Buffer, pieces: number) {
  outgoing.setHeader('content-length', body.length)
  const size = Math.ceil(body.length / pieces)
  for (let at = 0; at < body.length && !outgoing.destroyed; at += size) {
    outgoing.write(body.subarray(at, at + size))
    if (pieces > 1) await pause(500)
  }
  outgoing.end()
}

async function register(url: string, username: string): Promise<string> {
  const body = JSON.stringify({ username, password: 'tall-ships' })
  return (await ask(url, '/v1/register', { body })).body.token
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Everything that a proxy must leave as it is. `direct` is the server itself. */
export async function passesStreams(t: Test, url: string, direct: Served): Promise<void> {
  const [ann, bob] = [await register(url, 'ann'), await register(url, 'bob')]
  const watcher = await EventReader.open({ url: direct.url, token: bob })
  await watcher.next('ready')

  for (const goes of ['says so', 'is cut off']) {
    const stream = await EventReader.open({ url, token: ann })
    await stream.next('ready')
    await watcher.next('presence', ({ joined }) => joined.includes('ann'))
    const saidAt = performance.now()
    await ask(url, '/v1/messages/broadcast', {
      headers: bearer(bob),
      body: JSON.stringify({ text: goes }),
    })
    await stream.next('message', ({ text }) => text === goes)
    t.ok(performance.now() - saidAt < atOnceMs, 'what is said is there at once')

    const goneAt = performance.now()
    if (goes === 'says so') stream.socket.end()
    else stream.socket.resetAndDestroy()
    await watcher.next('presence', ({ left }) => left.includes('ann'))
    const ms = Math.round(performance.now() - goneAt)
    t.ok(ms < atOnceMs, `a reader who ${goes} is gone after ${ms} ms`)
  }
  watcher.cut()
}

/** A stream in which nothing is said lasts longer than the silence that the proxy allows. */
export async function outlastsSilence(t: Test, url: string): Promise<void> {
  const token = await register(url, 'cid')
  const stream = await EventReader.open({ url, token })
  await stream.next('ready')
  await pause(3_500)
  t.notOk(stream.closed)
  t.ok(stream.events.filter(({ event }) => event === 'heartbeat').length >= 3)
  stream.cut()
}

/** Bodies of any length are judged by the server, and slow ones come through. */
export async function passesBodies(t: Test, url: string): Promise<void> {
  const token = await register(url, 'dan')
  const path = '/v1/messages/broadcast'
  const said = JSON.stringify({ text: '漢'.repeat(4_000) })
  const slow = await ask(url, path, { headers: bearer(token), body: said, pieces: 5 })
  t.equal(slow.status, 201, 'a long text that comes slowly')
  for (const bytes of [200_000, 3_000_000]) {
    const body = JSON.stringify({ text: 'x'.repeat(bytes) })
    const { status, type, body: problem } = await ask(url, path, { headers: bearer(token), body })
    t.equal(status, 413, `${bytes} bytes`)
    t.match(type, 'application/problem+json')
    t.match(problem, { type: '/problems/payload-too-large' })
  }
}

/**
 * Failed logins are counted for the client's own address, whatever it says of itself. The server has
 * `LOGINS_PER_MINUTE=2`.
 */
export async function knowsAddresses(t: Test, url: string, direct: Served): Promise<void> {
  await register(url, 'eve')
  const body = JSON.stringify({ username: 'eve', password: 'not-this-one' })
  const attempt = async (from: string, headers = {}) =>
    (await ask(url, '/v1/login', { body, from, headers })).status
  t.same([await attempt('127.0.0.5'), await attempt('127.0.0.5')], [401, 401])
  t.equal(await attempt('127.0.0.5'), 429)
  t.equal(await attempt('127.0.0.5', { 'x-forwarded-for': '127.0.0.9' }), 429, 'not believed')
  t.equal(await attempt('127.0.0.6'), 401, 'another address is not locked out')
  const seen = () => direct.process.stdout.includes('"address":"127.0.0.6"')
  for (const until = Date.now() + 10_000; !seen() && Date.now() < until; ) await pause(20)
  t.ok(seen(), 'and is the one in the log')
}

/** HTTP/1.0 without a `Host`, as old health checks ask. */
export async function answersWithoutHost(t: Test, url: string): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write('GET /healthz HTTP/1.0\r\n\r\n')
  let answer = ''
  for await (const piece of socket) answer += piece
  t.match(answer, /^HTTP\/1\.[01] 200 /)
}

/**
 * A server that drains ends its streams; one that is killed breaks them off.
 *
 * @param killed how the stream of one that was killed is seen to end
 */
export async function tellsEndsApart(
  t: Test,
  start: () => Promise<{ url: string; served: Served }>,
  killed: 'an error' | 'the end' = 'an error',
): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const { url, served } = await start()
    const token = await register(url, 'fay')
    const response = await fetch(`${url}/v1/events`, {
      headers: bearer(token),
      signal: AbortSignal.timeout(30_000),
    })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    let text = ''
    const read = async () => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return 'the end'
        text += new TextDecoder().decode(value)
        if (text.includes('event: ready') && !ended) {
          ended = true
          served.process.signal(signal)
        }
      }
    }
    let ended = false
    const how = await read().catch(({ name }) => (name === 'TimeoutError' ? 'no end' : 'an error'))
    t.equal(how, signal === 'SIGTERM' ? 'the end' : killed, signal)
    if (signal === 'SIGTERM') t.match(text, /event: bye\ndata: {"reason":"shutting-down"}\n\n$/)
  }
}
