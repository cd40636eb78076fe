import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { Message } from '../../../src/client/index.ts'
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

  /** Of all chat messages so far. */
  get ids(): number[] {
    return this.received
      .flatMap((each) => ('messages' in each ? each.messages : []))
      .map(({ id }) => id)
  }
}

t.test('the tabs of a session share one stream, and a later tab gets its state', async (t) => {
  const room = await openRoom(t, { settings: { streamsPerUser: 1 } })
  const ann = await room.register('ann')
  const bob = await room.join('bob')
  await bob.direct('ann', 'kept', { whenOffline: 'keep' })
  const registry = new StreamRegistry()
  const first = new Tab(t, registry)
  first.attach(ann)
  await first.live()
  t.same(
    (await first.waitFor('online-users', ({ onlineUsers }) => onlineUsers.count === 2)).onlineUsers
      .names,
    ['ann', 'bob'],
  )
  t.strictSame(first.ids, [1], 'the undelivered message')

  await Promise.all([bob.broadcast('one'), bob.broadcast('two')])
  await first.waitFor('messages', ({ messages }) => messages.some(({ id }) => id === 3))
  const second = new Tab(t, registry)
  second.attach(ann)
  await second.live()
  t.strictSame(second.ids, [1, 2, 3])
  await room.join('cid')
  for (const tab of [first, second])
    await tab.waitFor('online-users', ({ onlineUsers }) => onlineUsers.names.includes('cid'))

  first.send({ type: 'detach' })
  await bob.broadcast('three')
  await second.waitFor('messages', ({ messages }) => messages.some(({ id }) => id === 4))
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
  await tab.waitFor('messages')
  await room.stop()
  const { connection } = await tab.waitFor(
    'connection',
    ({ connection }) => connection.state === 'lost',
  )
  t.ok(connection.state === 'lost' && connection.retryAt > Date.now() - 60_000)
  tab.received.splice(
    0,
    tab.received.length,
    ...tab.received.filter(({ type }) => type === 'messages'),
  )
  await room.start()
  await bob.broadcast('after')
  tab.send({ type: 'reconnect-now' })
  await tab.live()
  const { reset } = await tab.waitFor('reset', ({ messages }) =>
    messages.some(({ id }) => id === 2),
  )
  t.match(reset, { reason: 'new-epoch', from: 1 })
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
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/v1/users/online')) {
      const users = [{ username: 'ann', onlineSince: '2026-11-24T09:00:00.000Z' }]
      response.setHeader('content-type', 'application/json')
      return response.end(JSON.stringify({ users, count: 1500, more: true }))
    }
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

t.test('if the stream does not list the online users, the list is loaded', async (t) => {
  const ready = event('ready', { user: 'ann', head: 0, onlineCount: 1400 }, '0-00000000')
  const tab = new Tab(t, new StreamRegistry())
  tab.send({ type: 'attach', server: await scripted(t, ready), token: 'x' })
  t.ok(
    (await tab.waitFor('online-users', ({ onlineUsers }) => onlineUsers.count === 1400)).onlineUsers
      .stale,
  )
  const { onlineUsers } = await tab.waitFor(
    'online-users',
    ({ onlineUsers }) => onlineUsers.count === 1500,
  )
  t.same(onlineUsers, { names: ['ann'], count: 1500, stale: false })
})

t.test('a list that is older than a presence event is loaded again', async (t) => {
  const ready = event('ready', { user: 'ann', head: 0, onlineCount: 1400 }, '0-00000000')
  const joined = event('presence', { joined: ['zoe'], left: [], onlineCount: 1401 })
  const { promise: isPresenceKnown, resolve: sendList } = Promise.withResolvers<void>()
  let lists = 0
  let stream: ServerResponse | undefined
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/v1/users/online')) {
      response.setHeader('content-type', 'application/json')
      const users = [{ username: 'ann', onlineSince: '2026-11-24T09:00:00.000Z' }]
      if (++lists === 1) {
        stream?.write(joined)
        await isPresenceKnown
      }
      return response.end(JSON.stringify({ users, count: 1400 + lists, more: true }))
    }
    stream = response
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(ready)
  })
  const tab = new Tab(t, new StreamRegistry())
  tab.send({ type: 'attach', server: await served(t, server), token: 'x' })
  await tab.waitFor('online-users', ({ onlineUsers }) => onlineUsers.names.includes('zoe'))
  sendList()
  const early = await tab.waitFor(
    'online-users',
    ({ onlineUsers }) => onlineUsers.count === 1401 && !onlineUsers.names.includes('zoe'),
  )
  t.ok(early.onlineUsers.stale)
  const { onlineUsers } = await tab.waitFor(
    'online-users',
    ({ onlineUsers }) => onlineUsers.count === 1402,
  )
  t.notOk(onlineUsers.stale)
})

t.test('a list that cannot be loaded changes nothing', async (t) => {
  const ready = event('ready', { user: 'ann', head: 0, onlineCount: 1400 }, '0-00000000')
  const left = event('presence', { joined: [], left: [], onlineCount: 1399, resync: true })
  const tab = new Tab(t, new StreamRegistry())
  tab.send({ type: 'attach', server: await scripted(t, ready + left), token: 'x' })
  await tab.waitFor('online-users', ({ onlineUsers }) => onlineUsers.count === 1399)
  tab.send({ type: 'detach' })
})

t.test('a reset comes after earlier messages, and a new tab gets no void messages', async (t) => {
  const say = (id: number) => event('message', broadcastMessage(id, 'bob'), `${id}-00000000`)
  const reset = event('reset', { reason: 'rewound', from: 1, oldest: 1, head: 1 }, '1-00000001')
  const ready = event('ready', { user: 'ann', head: 2, online: [], onlineCount: 0 }, '2-00000001')
  const server = await scripted(t, say(1) + say(2) + reset + say(2) + ready)
  const registry = new StreamRegistry()
  const first = new Tab(t, registry)
  first.send({ type: 'attach', server, token: 'x' })
  await first.live()
  const second = new Tab(t, registry)
  second.send({ type: 'attach', server, token: 'x' })
  await second.live()
  t.strictSame(
    first.received
      .filter(({ type }) => type === 'messages' || type === 'reset')
      .map(({ type }) => type),
    ['messages', 'reset', 'messages'],
  )
  t.strictSame(first.ids, [1, 2, 2])
  t.strictSame(second.ids, [2])
})

t.test('a new epoch comes with the messages that show whether any were lost', async (t) => {
  const say = (id: number, of = 0) =>
    event('message', broadcastMessage(id, 'bob'), `${id}-0000000${of}`)
  const epoch = (from: number, of: number) =>
    event('reset', { reason: 'new-epoch', from, oldest: 1, head: 500 }, `${from}-0000000${of}`)
  const ready = event('ready', { user: 'ann', head: 3, online: [], onlineCount: 0 }, '3-00000001')
  let live: ServerResponse | undefined
  const server = createServer((_, response) => {
    live = response
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(say(1) + say(2) + epoch(2, 1) + say(3, 1) + ready)
  })
  const registry = new StreamRegistry()
  const tab = new Tab(t, registry)
  const address = await served(t, server)
  tab.send({ type: 'attach', server: address, token: 'x' })
  await tab.live()
  const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id)
  t.strictSame(
    tab.received.flatMap((what) => ('messages' in what ? [[what.type, idsOf(what.messages)]] : [])),
    [
      ['messages', [1, 2]],
      ['reset', [3]],
    ],
  )
  const second = new Tab(t, registry)
  second.send({ type: 'attach', server: address, token: 'x' })
  await second.live()
  t.strictSame(second.ids, [1, 2, 3], 'no message of the stream is void')

  // On a live stream nothing marks the end of those messages.
  live?.write(epoch(3, 2))
  const { reset, messages } = await tab.waitFor('reset', ({ reset }) => reset.from === 3)
  t.match({ reset, messages }, { reset: { reason: 'new-epoch' }, messages: [] })
  const many = Array.from({ length: 201 }, (_, at) => say(at + 4, 3))
  live?.write(epoch(3, 3) + many.join(''))
  const long = await tab.waitFor('reset', ({ messages }) => messages.length > 1)
  t.equal(long.messages.length, 200, 'at most 200 are delayed')
  await tab.waitFor('messages', ({ messages }) => idsOf(messages).includes(204))
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
