import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { type Message, ObrolClient, type ObrolEvent } from '../../src/client/index.ts'
import { openProxy } from '../e2e/support/proxy.ts'
import { openRoom } from '../support/room.ts'
import {
  disconnectReasons,
  idsOf,
  outcomeOf,
  range,
  shortBackOff,
  takeUntil,
} from './scenarios/scenario.ts'

/** The server of all tests but one. */
const room = await openRoom(t)

t.test('every call of the API', async (t) => {
  const ann = new ObrolClient(room.url)
  const { user, token } = await ann.register('ann', 'tall-ships')
  t.equal(user.username, 'ann')
  t.equal(ann.token, token)
  const bob = new ObrolClient(new URL(room.url), { token: (await room.register('bob')).token })

  const stream = ann.events()
  t.match((await stream.next()).value, { type: 'ready', ready: { user: 'ann', online: ['ann'] } })
  const hello = await bob.broadcast('hello')
  t.match(hello, { id: 1, kind: 'broadcast', from: 'bob', text: 'hello' })
  t.match((await stream.next()).value, { type: 'message', message: hello, cursor: /^1-/ })
  t.match(await bob.direct('ann', 'psst'), { id: 2, kind: 'direct', to: 'ann' })
  t.equal(await outcomeOf(ann.direct('bob', 'psst')), 'recipient-offline')
  t.equal((await ann.direct('bob', 'later', { whenOffline: 'keep' })).id, 3)
  const once = { idempotencyKey: 'once' }
  t.same(await ann.broadcast('once', once), await ann.broadcast('once', once))

  t.match(await ann.online({ limit: 1 }), { users: [{ username: 'ann' }], count: 1, more: false })
  t.same((await ann.online({ after: 'ann' })).users, [])
  t.same(
    (await bob.history({ after: 1, limit: 2 })).messages.map(({ id }) => id),
    [2, 3],
  )
  t.same(
    (await bob.history({ before: 4, with: 'ann' })).messages.map(({ id }) => id),
    [2, 3],
  )
  t.equal((await bob.history()).more, false)
  t.same(await bob.message(1), hello)
  t.equal(await outcomeOf(bob.message(99)), 'not-found')
  t.match(await bob.me(), { user: { username: 'bob' }, session: {} })
  t.match(await bob.eventsToken(), { token: /./ })

  await ann.logout()
  t.equal(ann.token, undefined)
  const last = await takeUntil(stream, 'reset')
  t.same(idsOf(last), [2, 3, 4], 'the stream delivers what it had received, then it ends')
  t.equal(await outcomeOf(ann.me()), 'unauthorized')
  t.equal((await ann.login('ann', 'tall-ships')).user.id, user.id)
  t.equal(await outcomeOf(ann.login('ann', 'small-boats')), 'wrong-password')
})

t.test('a stream survives a lost connection and a restart of the server', async (t) => {
  // A server that stops spreads the reconnections over half of the presence grace.
  const room = await openRoom(t, { settings: { presenceGraceMs: 200 } })
  const proxy = await openProxy(t, room.url)
  const ann = new ObrolClient(proxy.url, { token: (await room.register('ann')).token })
  const stream = ann.events({ backOff: shortBackOff, presence: 'none' })
  const events: ObrolEvent[] = [(await stream.next()).value as ObrolEvent]
  for (let round = 0; round < 10; round++) {
    const posts: Promise<Message>[] = range(1, 3).map(() => ann.broadcast(`in round ${round}`))
    proxy.cut()
    if (round === 5) {
      await room.restart()
      proxy.target = room.url
    }
    events.push(...(await until(stream, (await Promise.all(posts)).length)))
  }
  await stream.return()
  t.same(idsOf(events), range(1, 30))
  t.ok(disconnectReasons(events).length >= 9)
  const resets = events.flatMap((event) => (event.type === 'reset' ? [event.reset] : []))
  t.match(resets, [{ reason: 'new-epoch' }], 'the restart causes one reset')
  t.equal(resets.length, 1)
})

/** Takes events until `messages` of them were messages. */
async function until(stream: AsyncIterator<ObrolEvent>, messages: number) {
  const events: ObrolEvent[] = []
  while (idsOf(events).length < messages) events.push((await stream.next()).value)
  return events
}

t.test('a stream can be ended at any moment, without an error', async (t) => {
  const { token } = await room.register('eve')
  const ann = new ObrolClient(room.url, { token })
  const stream = ann.events()
  t.notOk((await stream.next()).done)
  const next = stream.next()
  t.same(await stream.return(), { value: undefined, done: true }, 'while next() is waiting')
  t.same(await next, { value: undefined, done: true })
  t.ok((await stream.next()).done, 'for good')
  t.ok((await ann.events().return()).done, 'before it begins')

  const abort = new AbortController()
  const aborted = ann.events({ signal: abort.signal })
  t.notOk((await aborted.next()).done)
  abort.abort()
  t.ok((await aborted.next()).done, 'by a signal')
  t.ok((await ann.events({ signal: abort.signal }).next()).done, 'by a signal aborted before')

  const proxy = await openProxy(t, 'http://127.0.0.1:1')
  const waiting = new ObrolClient(proxy.url, { token })
  const lost = waiting.events({ backOff: { quickMs: 1e6, firstMs: 1e6, longestMs: 1e6 } })
  t.match((await lost.next()).value, { type: 'reconnecting', attempt: 1 })
  const afterWait = lost.next()
  await delay(1)
  await lost.return()
  t.ok((await afterWait).done, 'during the wait before a retry')

  const late = new AbortController()
  const told = waiting.events({ signal: late.signal })
  t.equal((await told.next()).value?.type, 'reconnecting')
  late.abort()
  t.ok((await told.next()).done, 'before that wait')
})

t.test('hurry ends the wait, and reopens a silent connection', async (t) => {
  const { token } = await room.register('hana')
  const proxy = await openProxy(t, 'http://127.0.0.1:1')
  const ann = new ObrolClient(proxy.url, { token })
  const patient = { heartbeatMs: 60_000, backOff: { quickMs: 1e6, firstMs: 1e6 } }
  const early = ann.events(patient)
  const stream = ann.events(patient)
  stream.hurry()
  t.equal((await early.next()).value?.type, 'reconnecting')
  t.equal((await stream.next()).value?.type, 'reconnecting')
  proxy.target = room.url
  early.hurry()
  t.equal((await early.next()).value?.type, 'ready', 'also when called before the wait')
  await early.return()
  const next = stream.next()
  await delay(1)
  stream.hurry()
  t.equal((await next).value?.type, 'ready')
  const silent = ann.events({ heartbeatMs: 100, backOff: shortBackOff })
  while ((await silent.next()).value?.type !== 'ready');
  await delay(110)
  silent.hurry()
  t.match((await silent.next()).value, { type: 'reconnecting', error: { code: 'timeout' } })
  await silent.return()
  await stream.return()
})

t.test('logging out while the connection is lost ends the stream without an error', async (t) => {
  const proxy = await openProxy(t, room.url)
  const { token } = await room.register('lou')
  const ann = new ObrolClient(room.url, { token })
  const viaProxy = new ObrolClient(proxy.url, { token })
  const stream = viaProxy.events({ backOff: shortBackOff })
  t.equal((await stream.next()).value?.type, 'ready')
  proxy.target = 'http://127.0.0.1:1'
  proxy.cut()
  t.equal((await stream.next()).value?.type, 'reconnecting')
  await ann.logout()
  viaProxy.token = undefined
  proxy.target = room.url
  const events: ObrolEvent[] = []
  for await (const event of stream) events.push(event)
  t.same(events.at(-1), { type: 'ended', reason: 'logged-out' })
  t.ok(events.slice(0, -1).every(({ type }) => type === 'reconnecting'))
})

t.test('a stream goes on with the newest token of its session', async (t) => {
  const { token } = await room.register('ren')
  const ren = new ObrolClient(room.url, { token })
  const stream = ren.events()
  t.equal((await stream.next()).value?.type, 'ready')
  // In the second of the login the new token is the same as the old one.
  for (let renewed = token; renewed === token; await delay(50)) renewed = (await ren.renew()).token
  const other = new ObrolClient(room.url, { token: ren.token })
  await other.logout()
  const events: ObrolEvent[] = []
  for await (const event of stream) events.push(event)
  t.same(events.at(-1), { type: 'ended', reason: 'logged-out' })
  t.equal(ren.token, undefined, 'the token that the session had last is forgotten')
})

t.test('a failed logout keeps the token', async (t) => {
  const { url } = await openProxy(t, 'http://127.0.0.1:1')
  const ann = new ObrolClient(url, { token: 'hers', retryForMs: 0 })
  const error = await ann.logout().catch((error) => error)
  t.match(error, { code: 'network', message: /^The connection failed: (?!fetch failed)/ })
  t.equal(ann.token, 'hers')

  const offline = () => Promise.reject(new Error('no network'))
  const another = new ObrolClient(url, { fetch: offline, retryForMs: 0 })
  const message = 'The connection failed: no network'
  await t.rejects(another.me(), { code: 'network', message }, 'with a custom fetch')
})

t.test('a call that reaches the server again ends the waits of all streams', async (t) => {
  const proxy = await openProxy(t, room.url)
  const { token } = await room.register('rita')
  const ann = new ObrolClient(proxy.url, { token })
  const stream = ann.events({ backOff: { quickMs: 1e6, firstMs: 1e6, longestMs: 1e6 } })
  t.equal((await stream.next()).value?.type, 'ready')
  proxy.target = 'http://127.0.0.1:1'
  proxy.cut()
  t.equal((await stream.next()).value?.type, 'reconnecting')
  const live = stream.next()
  proxy.target = room.url
  await ann.me()
  t.equal((await live).value?.type, 'ready')
  await stream.return()
})

t.test('hurry retries pending calls, and its attempts do not lengthen the next wait', async (t) => {
  const proxy = await openProxy(t, 'http://127.0.0.1:1')
  const { token } = await room.register('tess')
  let tries = 0
  const counted: typeof fetch = (...options) => {
    tries++
    return fetch(...options)
  }
  const ann = new ObrolClient(proxy.url, { token, fetch: counted, retryForMs: 60_000 })
  const stream = ann.events({ backOff: { quickMs: 1e6, firstMs: 1e6, longestMs: 1e6 } })
  for (let hurried = 0; hurried < 10; hurried++) {
    t.match((await stream.next()).value, { type: 'reconnecting', attempt: 1 })
    stream.hurry()
  }
  t.equal(tries, 10)
  t.match((await stream.next()).value, { type: 'reconnecting', attempt: 1 })
  const answer = ann.me()
  const live = stream.next()
  while (tries < 12) await delay(1)
  proxy.target = room.url
  stream.hurry()
  t.equal((await live).value?.type, 'ready')
  t.match(await answer, { user: { username: 'tess' } })
  await stream.return()
})

t.test('a token for programs is used as that of a session', async (t) => {
  const person = await room.register('wim')
  const wanted = { name: 'A program', scopes: ['read', 'write'] }
  const { body: made } = await person.call('POST', '/v1/tokens', wanted)
  const program = new ObrolClient(room.url, { token: made.token })
  const stream = program.events()
  t.match((await stream.next()).value, { type: 'ready', ready: { user: 'wim' } })
  const note = await program.direct('wim', 'note')
  t.match((await stream.next()).value, { type: 'message', message: { id: note.id, text: 'note' } })
  t.equal(await outcomeOf(program.logout()), 'forbidden')
  t.equal(program.token, made.token, 'it is as good as before')
  await person.call('DELETE', `/v1/tokens/${made.id}`)
  const ended = await takeUntil(stream, 'ended')
  t.match(ended.at(-1), { type: 'ended', reason: 'logged-out' })
  t.equal(program.token, undefined)
})
