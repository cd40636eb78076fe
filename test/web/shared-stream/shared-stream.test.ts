import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { StateEvent } from '../../../src/client/state/index.ts'
import type {
  MessageFromStream,
  MessageToStream,
  TabPort,
} from '../../../src/web/shared-stream/protocol.ts'
import { StreamRegistry } from '../../../src/web/shared-stream/stream-registry.ts'
import { type Guest, openRoom } from '../../support/room.ts'
import { broadcastMessage } from '../message-fixtures.ts'

type Of<Type extends MessageFromStream['type']> = Extract<MessageFromStream, { type: Type }>

/** A tab that records the messages from the shared stream. */
class Tab {
  readonly received: MessageFromStream[] = []
  readonly #port: MessagePort

  constructor(t: Test, registry: StreamRegistry) {
    const { port1, port2 } = new MessageChannel()
    registry.connect(port2 as unknown as TabPort)
    this.#port = port1
    port1.addEventListener('message', ({ data }) => this.received.push(data))
    port1.start()
    t.teardown(() => {
      this.send({ type: 'detach' })
      port1.close()
    })
  }

  send(message: MessageToStream): void {
    this.#port.postMessage(message)
  }

  attach({ room, token }: Guest): void {
    this.send({ type: 'attach', server: room.url, token })
  }

  /** The first message that fits, received already or later. */
  async waitFor<Type extends MessageFromStream['type']>(
    type: Type,
    fits: (message: Of<Type>) => boolean = () => true,
  ): Promise<Of<Type>> {
    for (;;) {
      const found = this.received.find(
        (each): each is Of<Type> => each.type === type && fits(each as Of<Type>),
      )
      if (found) return found
      await once(this.#port, 'message')
    }
  }

  live(): Promise<Of<'connection'>> {
    return this.waitFor('connection', ({ connection }) => connection.state === 'live')
  }

  /** All events so far. */
  get events(): StateEvent[] {
    return this.received.flatMap((each) => (each.type === 'events' ? each.events : []))
  }

  /** The first event that fits, received already or later. */
  async event(fits: (event: StateEvent) => boolean): Promise<StateEvent> {
    for (;;) {
      const found = this.events.find(fits)
      if (found) return found
      await once(this.#port, 'message')
    }
  }

  message(id: number): Promise<StateEvent> {
    return this.event((event) => event.type === 'message' && event.message.id === id)
  }

  /** Of all chat messages so far. */
  get ids(): number[] {
    return this.events.flatMap((event) => (event.type === 'message' ? [event.message.id] : []))
  }
}

t.test('the tabs of a session share one stream; a later tab begins where it is', async (t) => {
  const room = await openRoom(t, { settings: { streamsPerUser: 1 } })
  const ann = await room.register('ann')
  const bob = await room.join('bob')
  await bob.direct('ann', 'kept', { whenOffline: 'keep' })
  const registry = new StreamRegistry()
  const first = new Tab(t, registry)
  first.attach(ann)
  await first.live()
  t.strictSame(first.ids, [1], 'the undelivered message')
  t.match(first.events.at(-1), { type: 'ready', ready: { online: ['ann', 'bob'] } })

  await Promise.all([bob.broadcast('one'), bob.broadcast('two')])
  await first.message(3)
  const second = new Tab(t, registry)
  second.attach(ann)
  await second.live()
  const [ready] = second.events
  t.match(ready, { type: 'ready', ready: { user: 'ann', online: undefined }, cursor: /^3-/ })
  await room.join('cid')
  for (const tab of [first, second])
    await tab.event((event) => event.type === 'presence' && event.presence.joined.includes('cid'))

  first.send({ type: 'detach' })
  await bob.broadcast('three')
  await second.message(4)
  t.strictSame(first.ids, [1, 2, 3], 'a detached tab gets nothing')

  await ann.call('POST', '/v1/logout')
  t.equal((await second.waitFor('ended')).reason, 'logged-out')
})

t.test('a stream survives a restart without missing or repeated messages', async (t) => {
  const settings = { port: 0 }
  const room = await openRoom(t, { settings })
  settings.port = Number(new URL(room.url).port)
  const ann = await room.register('ann')
  const bob = await room.register('bob')
  const tab = new Tab(t, new StreamRegistry())
  tab.attach(ann)
  await tab.live()
  await bob.broadcast('before')
  await tab.message(1)
  await room.stop()
  const { connection } = await tab.waitFor(
    'connection',
    ({ connection }) => connection.state === 'lost',
  )
  t.ok(connection.state === 'lost' && connection.retryAt > Date.now() - 60_000)
  await room.start()
  await bob.broadcast('after')
  tab.send({ type: 'reconnect-now' })
  await tab.message(2)
  t.match(await tab.event(({ type }) => type === 'reset'), {
    reset: { reason: 'new-epoch', from: 1 },
  })
  t.strictSame(tab.ids, [1, 2])
})

t.test('an invalid session ends, and the next one opens another stream', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const registry = new StreamRegistry()
  const tab = new Tab(t, registry)
  tab.send({ type: 'reconnect-now' })
  tab.send({ type: 'attach', server: room.url, token: 'nonsense' })
  t.equal((await tab.waitFor('ended')).reason, 'unauthorized')
  tab.attach(ann)
  await tab.live()
})

/** A server that answers each opening of the stream with the next of `lines`. */
async function scripted(t: Test, ...lines: string[]): Promise<string> {
  const server = createServer((_, response) => {
    const line = lines.shift() ?? ''
    if (line.startsWith('{')) {
      response.writeHead(403, { 'content-type': 'application/problem+json' })
      return response.end(line)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(line)
  })
  return served(t, server)
}

async function served(t: Test, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const event = (type: string, data: object, id = '') =>
  `event: ${type}\ndata: ${JSON.stringify(data)}\n${id === '' ? '' : `id: ${id}\n`}\n`

t.test('many events come in several batches, in their order', async (t) => {
  const many = Array.from({ length: 450 }, (_, at) =>
    event('message', broadcastMessage(at + 1, 'bob'), `${at + 1}-00000000`),
  )
  const tab = new Tab(t, new StreamRegistry())
  tab.send({ type: 'attach', server: await scripted(t, many.join('')), token: 'x' })
  await tab.message(450)
  t.strictSame(
    tab.ids,
    many.map((_, at) => at + 1),
  )
  const batches = tab.received.flatMap((each) =>
    each.type === 'events' ? [each.events.length] : [],
  )
  t.ok(Math.max(...batches) <= 200)
})

t.test('a session that expires ends', async (t) => {
  const server = await scripted(t, event('bye', { reason: 'session-expired' }))
  const tab = new Tab(t, new StreamRegistry())
  tab.send({ type: 'attach', server, token: 'x' })
  t.equal((await tab.waitFor('ended')).reason, 'session-expired')
})

t.test('a stream that was rejected for another reason is retried on request', async (t) => {
  const refusal = {
    type: '/problems/not-found',
    title: 'x',
    status: 403,
    detail: 'x',
    requestId: 'x',
  }
  const ready = event('ready', { user: 'ann', head: 0, online: [], onlineCount: 0 }, '0-00000000')
  const tab = new Tab(t, new StreamRegistry())
  tab.send({
    type: 'attach',
    server: await scripted(t, JSON.stringify(refusal), ready),
    token: 'x',
  })
  await tab.waitFor('connection', ({ connection }) => connection.state === 'lost')
  tab.send({ type: 'reconnect-now' })
  await tab.live()
})
