import t, { type Test } from 'tap'
import { LogLines } from './e2e/support/log-lines.ts'
import { ControllableStore } from './support/controllable-store.ts'
import { openRoom } from './support/room.ts'

/** A server that believes that its store is shared. */
async function openNode(t: Test) {
  const log = new LogLines()
  const store = new ControllableStore()
  const room = await openRoom(t, {
    settings: { logLevel: 'info', presenceGraceMs: 2000 },
    tuning: { around: store.around, http: { logStream: log } },
  })
  return { room, store, log }
}

t.test('a server that has lost the store says so to everyone until it is found', async (t) => {
  const { room, store, log } = await openNode(t)
  const ann = await room.join('ann')
  const bob = await room.join('bob')
  store.listener.disconnected()
  const bye = await ann.stream.next('bye')
  t.equal(bye.data.reason, 'unavailable')
  await ann.stream.ended()
  const { retry } = ann.stream
  t.ok(retry && retry < 1000, 'spread over at most half the grace')
  for (const [method, path] of [
    ['GET', '/v1/me'],
    ['GET', '/v1/events'],
    ['POST', '/v1/messages/broadcast'],
    ['POST', '/v1/login'],
  ] as const) {
    const { status, headers, body } = await ann.call(
      method,
      path,
      method === 'POST' ? { text: 'hi' } : undefined,
    )
    t.match({ status, type: body.type }, { status: 503, type: '/problems/unavailable' }, path)
    t.match(headers.get('retry-after'), /^[1-9]\d*$/)
  }
  t.equal((await room.call('GET', '/readyz')).status, 503)
  t.equal((await room.call('GET', '/healthz')).status, 200)
  t.equal((await room.call('GET', '/v1/nothing')).status, 404)

  store.listener.reconnected()
  t.equal((await room.call('GET', '/readyz')).status, 200)
  const again = await bob.open()
  t.same((await again.next('ready')).data.online, ['ann', 'bob'], 'nobody left by it')
  t.match(await log.next('store disconnected'), { level: 50, streams: 2 })
  t.match(await log.next('store reconnected'), { level: 40 })
  t.same(log.of('offline'), [])
})

t.test('a store that was restarted resets nobody; who is gone from it is out', async (t) => {
  const { room, store, log } = await openNode(t)
  const ann = await room.join('ann')
  const bob = await room.join('bob')
  await ann.broadcast('before')
  store.gone.add('bob')
  store.listener.diverged({ epoch: ann.stream.cursor?.split('-')[1] as string, oldest: 1, head: 1 })
  t.equal((await bob.stream.next('bye')).data.reason, 'logged-out')
  t.equal((await bob.call('GET', '/v1/me')).status, 401)
  await ann.broadcast('after')
  await ann.stream.until(() => ann.stream.texts.length === 2)
  t.same(ann.stream.texts, ['before', 'after'])
  t.notOk(ann.stream.events.some(({ event }) => event === 'reset'))
  t.match(await log.next('log diverged'), { level: 40, head: 1 })
  t.same((await ann.call('GET', '/v1/users/online')).body.count, 1)
})

t.test('a server that may have missed something asks the store who is logged in', async (t) => {
  const { room, store } = await openNode(t)
  const ann = await room.register('ann')
  t.equal((await ann.call('GET', '/v1/me')).status, 200)
  store.gone.add('ann')
  t.equal((await ann.call('GET', '/v1/me')).status, 200, 'its end would have been told')
  store.isUpToDate = false
  t.equal((await ann.call('GET', '/v1/me')).status, 401)
})

t.test('what ended while the store was lost is asked for, as it may be told no more', async (t) => {
  const { room, store } = await openNode(t)
  const ann = await room.register('ann')
  t.equal((await ann.call('GET', '/v1/me')).status, 200)
  store.listener.disconnected()
  store.gone.add('ann')
  store.listener.reconnected()
  t.equal((await ann.call('GET', '/v1/me')).status, 401)
})

t.test('posts that wait when the store is lost are refused, for they are not in it', async (t) => {
  const { room, store } = await openNode(t)
  const ann = await room.register('ann')
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  store.beforeAppend = () => {
    ask()
    return answered
  }
  const first = ann.call('POST', '/v1/messages/broadcast', { text: 'under way' })
  await asked
  const second = ann.call('POST', '/v1/messages/broadcast', { text: 'behind it' })
  // It has been judged by then, and waits.
  await room.call('GET', '/healthz')
  store.listener.disconnected()
  t.match(await second, { status: 503, body: { type: '/problems/unavailable' } })
  answer()
  t.equal((await first).status, 201)
  store.listener.reconnected()
  await ann.broadcast('and on')
  const { body } = await ann.call('GET', '/v1/messages')
  t.same(
    body.messages.map(({ text }: { text: string }) => text),
    ['under way', 'and on'],
  )
})

t.test('what the operator should change is logged', async (t) => {
  const { store, log } = await openNode(t)
  store.warn('Rings do not come through')
  t.match(await log.next('store warning'), { level: 40, msg: 'Rings do not come through' })
})
