import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { EventSource } from 'eventsource'
import t, { type Test } from 'tap'
import { openRoom, type Room } from '../support/room.ts'
import { openProxy } from './support/proxy.ts'

// What these tests do most is wait.
t.jobs = 3

/** An event as any client can read it from the text of a stream. */
interface TextEvent {
  event: string | undefined
  id: string | undefined
  data: string
}

/** What a stream's text holds, blank line by blank line, as the HTML standard reads it. */
function readEvents(text: string): TextEvent[] {
  const whole = text.slice(0, text.lastIndexOf('\n\n') + 2)
  return whole.split('\n\n').flatMap((block) => {
    const field = (name: string) => RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
    const data = field('data')
    return data === undefined ? [] : [{ event: field('event'), id: field('id'), data }]
  })
}

/** Text that grows until something is in it. */
class Growing {
  text = ''
  #waiting: (() => void)[] = []

  add(more: Buffer | string): void {
    this.text += more
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async until(part: string): Promise<void> {
    while (!this.text.includes(part))
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  get texts(): string[] {
    return readEvents(this.text)
      .filter(({ event }) => event === 'message')
      .map(({ data }) => JSON.parse(data).text)
  }

  get cursor(): string {
    return readEvents(this.text).findLast(({ id }) => id !== undefined)?.id as string
  }
}

function curl(t: Test, args: string[]): { child: ChildProcess; out: Growing } {
  const child = spawn('curl', ['-sN', ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => child.kill())
  const out = new Growing()
  child.stdout.on('data', (bytes) => out.add(bytes))
  return { child, out }
}

/** Opens the stream as HTTP/1.0 had it, by hand. */
async function plainSocket(room: Room, headers: string[]) {
  const { hostname, port } = new URL(room.url)
  const socket = connect(Number(port), hostname)
  const out = new Growing()
  socket.on('data', (bytes) => out.add(bytes))
  await once(socket, 'connect')
  socket.write(`${['GET /v1/events HTTP/1.0', ...headers].join('\r\n')}\r\n\r\n`)
  return { socket, out }
}

t.test('curl reads the stream, and goes on with Last-Event-ID where it was cut', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const url = `${room.url}/v1/events`
  const authorization = `Authorization: Bearer ${ann.token}`
  const first = curl(t, ['-H', authorization, url])
  await first.out.until('event: ready')
  for (const text of ['one', 'two']) await ann.broadcast(text)
  await first.out.until('"two"')
  first.child.kill('SIGKILL')
  await once(first.child, 'close')
  t.match(first.out.text, /^retry: 3000\nevent: ready\n/)
  t.same(first.out.texts, ['one', 'two'])

  for (const text of ['three', 'four']) await ann.broadcast(text)
  const second = curl(t, ['-H', authorization, '-H', `Last-Event-ID: ${first.out.cursor}`, url])
  await second.out.until('event: ready')
  await ann.broadcast('five')
  await second.out.until('"five"')
  t.same(second.out.texts, ['three', 'four', 'five'])
  await ann.call('POST', '/v1/logout')
  const [code] = await once(second.child, 'close')
  t.equal(code, 0, 'the end of the stream is a proper end to curl')
  t.match(second.out.text, /event: bye\ndata: {"reason":"logged-out"}\n\n$/)
})

t.test('a bare socket that speaks HTTP/1.0 reads the stream unframed and goes on', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const authorization = `Authorization: Bearer ${ann.token}`
  const first = await plainSocket(room, [authorization])
  await first.out.until('event: ready')
  for (const text of ['one', 'two']) await ann.broadcast(text)
  await first.out.until('"two"')
  const [head, body] = first.out.text.split('\r\n\r\n') as [string, string]
  t.match(head, /^HTTP\/1\.1 200 OK\r\n/)
  t.match(head, /^connection: close$/im)
  t.notMatch(head, /transfer-encoding|content-length/i)
  t.match(body, /^retry: 3000\nevent: ready\ndata: {.*}\nid: 0-\w{8}\n\n/)
  const { cursor } = first.out
  first.socket.destroy()

  await ann.broadcast('three')
  const second = await plainSocket(room, [authorization, `Last-Event-ID: ${cursor}`])
  await second.out.until('event: ready')
  await ann.broadcast('four')
  await second.out.until('"four"')
  t.same(
    [first.out.texts, second.out.texts],
    [
      ['one', 'two'],
      ['three', 'four'],
    ],
  )
  await ann.call('POST', '/v1/logout')
  await once(second.socket, 'end')
  t.match(second.out.text, /event: bye\ndata: {"reason":"logged-out"}\n\n$/)
})

t.test('an EventSource resumes by itself after a cut and after a restart', async (t) => {
  const room = await openRoom(t)
  const proxy = await openProxy(t, room.url)
  const ann = await room.register('ann')
  const { body } = await ann.call('POST', '/v1/events/token')
  // The answer's `retry:` is 3 s; what is told to the first request shortens the test.
  const source = new EventSource(`${proxy.url}/v1/events?token=${body.token}`, {
    fetch: async (input, init) => sooner(await fetch(input, init)),
  })
  t.teardown(() => source.close())
  const texts: string[] = []
  const errors: unknown[] = []
  const said = new Growing()
  source.addEventListener('message', ({ data }) => {
    texts.push(JSON.parse(data).text)
    said.add(data)
  })
  source.addEventListener('error', ({ code }) => errors.push(code))
  const resets: string[] = []
  source.addEventListener('reset', ({ data, lastEventId }) =>
    resets.push(JSON.parse(data).reason, lastEventId.split('-')[0] as string),
  )
  const ready = () =>
    new Promise((resolve) => source.addEventListener('ready', resolve, { once: true }))

  await ready()
  await ann.broadcast('one')
  await said.until('"one"')
  const cut = ready()
  proxy.cut()
  await ann.broadcast('two')
  await cut
  await ann.broadcast('three')
  await said.until('"three"')

  const restarted = ready()
  await room.restart()
  proxy.target = room.url
  await ann.broadcast('four')
  await restarted
  await ann.broadcast('five')
  await said.until('"five"')
  t.same(texts, ['one', 'two', 'three', 'four', 'five'])
  t.ok(errors.length >= 2)
  t.same(resets, ['new-epoch', '3'])

  const over = new Promise((resolve) =>
    source.addEventListener('error', () => source.readyState === source.CLOSED && resolve(true)),
  )
  await ann.call('POST', '/v1/logout')
  t.ok(await over, 'a token of a session that has ended ends it for good')
})

/** The same answer, whose reader is told to come back after 50 ms instead of 3 s. */
function sooner(response: Response): Response {
  const hurry = new TransformStream<Uint8Array, string>({
    transform(bytes, controller) {
      controller.enqueue(new TextDecoder().decode(bytes).replaceAll(/^retry: \d+$/gm, 'retry: 50'))
    },
  })
  const body = response.body?.pipeThrough(hurry).pipeThrough(new TextEncoderStream()) ?? null
  const { status, headers } = response
  const sooner = new Response(body, { status, headers })
  // An EventSource asks where it was led to, which a made response does not know.
  return Object.defineProperty(sooner, 'url', { value: response.url })
}
