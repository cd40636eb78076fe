import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import type { Chunk } from '../../src/delivery/http-chunk.ts'
import type { StreamRegistry } from '../../src/delivery/stream-registry.ts'
import { TypingBroadcaster } from '../../src/delivery/typing-broadcaster.ts'
import type { ConversationRef } from '../../src/store/conversation-store.ts'
import { DeliveryFixture, FakeLog } from './support/fixture.ts'

type Options = ConstructorParameters<typeof TypingBroadcaster>[2]

const person = (id: number) => ({ id, username: `p${id}` })
const room = { id: 41, name: 'tea' }
const inRoom: ConversationRef = { type: 'room', room }
const to = (id: number): ConversationRef => ({ type: 'direct', with: person(id) })
const typing = (id: number, ref: ConversationRef = inRoom) => ({ by: person(id), ref })

/** What accounts with a stream here are told, as `conversation: names`. */
class Readers {
  readonly told = new Map<number, string[]>()
  readonly chunks = new Set<Chunk>()
  readonly broadcaster: TypingBroadcaster
  readonly log = new FakeLog()
  members: number[]

  constructor(accounts: number[], options: Options = {}) {
    this.members = accounts
    for (const account of accounts) this.told.set(account, [])
    const streams = { ofAccount: (account: number) => this.#streamsOf(account) }
    this.broadcaster = new TypingBroadcaster(
      streams as unknown as StreamRegistry,
      { of: (id) => (id === room.id ? this.members : []) },
      { minIntervalMs: 10, forgetMs: 60_000, ...options },
    )
    t.teardown(() => this.broadcaster.clear())
  }

  #streamsOf(account: number) {
    const told = this.told.get(account)
    if (told === undefined) return []
    const sendSignal = (_name: string, chunk: Chunk) => {
      this.chunks.add(chunk)
      const data = JSON.parse(/data: (.*)/.exec(`${chunk.plain}`)?.[1] as string)
      const more = data.more ? ' and more' : ''
      told.push(`${data.conversation}: ${data.usernames.join(' ')}${more}`)
    }
    return [{ sendSignal }]
  }

  type(...typing: { by: { id: number; username: string }; ref: ConversationRef }[]) {
    this.broadcaster.applyUpdate({ entries: [], typing })
  }

  of(account: number): readonly string[] {
    return this.told.get(account) as string[]
  }

  /** @returns what the account was told last */
  async nth(account: number, count: number) {
    const deadline = Date.now() + 20_000
    while (this.of(account).length < count) {
      if (Date.now() > deadline) throw new Error(`timed out; told: ${this.of(account)}`)
      await pause(1)
    }
    return this.of(account)[count - 1]
  }
}

t.test(
  'the members of a room are told who is typing, but not the typists of themselves',
  async (t) => {
    const readers = new Readers([1, 2, 3])
    readers.type(typing(1))
    t.equal(await readers.nth(3, 1), 'room:tea: p1')
    t.equal(await readers.nth(2, 1), 'room:tea: p1')
    t.same(readers.of(1), [])
    readers.type(typing(2))
    t.equal(await readers.nth(3, 2), 'room:tea: p1 p2')
    t.same(readers.of(1), ['room:tea: p2'])
    t.same(readers.of(2), ['room:tea: p1', 'room:tea: p1'])
  },
)

t.test('in a direct conversation the other person is told', async (t) => {
  const readers = new Readers([1, 2])
  readers.type(
    typing(1, to(2)),
    typing(1, to(1)),
    typing(1, to(7)),
    typing(1, { type: 'everyone' }),
  )
  t.equal(await readers.nth(2, 1), 'direct:p1: p1')
  readers.type(typing(2, to(1)))
  t.equal(await readers.nth(1, 1), 'direct:p2: p2')
  t.equal(readers.of(2).length, 1)
})

t.test('at most one event of a conversation in its interval, with all that came', async (t) => {
  const minIntervalMs = 60
  const readers = new Readers([1, 2, 9], { minIntervalMs })
  const began = performance.now()
  readers.type(typing(1))
  await readers.nth(9, 1)
  for (let times = 0; times < 20; times++) {
    readers.type(typing(1), typing(2))
    await pause(2)
  }
  await readers.nth(9, 2)
  t.ok(performance.now() - began >= minIntervalMs)
  t.equal(readers.of(9)[1], 'room:tea: p1 p2')
})

t.test('an event names five people, and says if there are more', async (t) => {
  const readers = new Readers([1, 6, 7, 9])
  readers.type(...[1, 2, 3, 4, 5, 6].map((id) => typing(id)))
  t.equal(await readers.nth(9, 1), 'room:tea: p1 p2 p3 p4 p5 and more')
  t.same(readers.of(6), ['room:tea: p1 p2 p3 p4 p5'])
  t.same(readers.of(1), ['room:tea: p2 p3 p4 p5 p6'])
  readers.type(typing(7))
  await readers.nth(9, 2)
  t.equal(readers.of(6)[1], 'room:tea: p1 p2 p3 p4 p5 and more')
})

t.test('readers who are told the same share the bytes', async (t) => {
  const readers = new Readers([1, 2, 3, 4])
  readers.type(typing(1))
  await readers.nth(4, 1)
  t.equal(readers.chunks.size, 1)
})

t.test('a name is forgotten some time after its last signal', async (t) => {
  let now = 0
  const readers = new Readers([1, 9], { forgetMs: 6000, now: () => now })
  readers.type(typing(1), typing(2))
  await readers.nth(9, 1)
  now = 4000
  readers.type(typing(1))
  t.equal(await readers.nth(9, 2), 'room:tea: p1 p2')
  now = 6000
  t.equal(await readers.nth(9, 3), 'room:tea: p1')
  now = 9999
  readers.type(typing(3, to(1)))
  await readers.nth(1, 4)
  t.equal(readers.of(9).length, 3)
  now = 10_000
  t.equal(await readers.nth(9, 4), 'room:tea: ', 'nobody types any more')
  t.same(readers.of(1), ['room:tea: p2', 'room:tea: p2', 'room:tea: ', 'direct:p3: p3'])
  now = 10_010
  readers.type(typing(1))
  t.equal(await readers.nth(9, 5), 'room:tea: p1')
})

t.test('a message takes away the name of its sender, in its conversation alone', async (t) => {
  const readers = new Readers([1, 2])
  const { log, broadcaster } = readers
  readers.type(typing(1), typing(1, to(2)))
  await readers.nth(2, 2)
  broadcaster.applyUpdate({
    entries: [log.say({ from: 1 }), log.say({ from: 2, to: 1 })],
    typing: [],
  })
  broadcaster.applyUpdate({ entries: [log.say({ from: 1, to: 2 })], typing: [] })
  t.equal(await readers.nth(2, 3), 'direct:p1: ')
  broadcaster.applyUpdate({ entries: [log.say({ from: 1, room: room.id })], typing: [] })
  t.equal(await readers.nth(2, 4), 'room:tea: ')
})

t.test('signals from before a message that come after it are passed over', async (t) => {
  let now = 0
  const readers = new Readers([1, 2], { now: () => now })
  readers.type(typing(1))
  await readers.nth(2, 1)
  readers.broadcaster.applyUpdate({
    entries: [readers.log.say({ from: 1, room: room.id })],
    typing: [],
  })
  now = 10
  t.equal(await readers.nth(2, 2), 'room:tea: ')
  now = 1499
  readers.type(typing(1), typing(2))
  await readers.nth(1, 1)
  t.equal(readers.of(2).length, 2)
  now = 1500
  readers.type(typing(3, to(1)))
  await readers.nth(1, 2)
  readers.type(typing(1))
  now = 1510
  t.equal(await readers.nth(2, 3), 'room:tea: p1')
})

t.test('who sends at once is not told as typing', async (t) => {
  const readers = new Readers([1, 2, 3])
  const entries = [readers.log.say({ from: 1, room: room.id })]
  readers.broadcaster.applyUpdate({ entries, typing: [typing(1)] })
  readers.type(typing(2, to(3)))
  await readers.nth(3, 1)
  t.same(readers.of(3), ['direct:p2: p2'])
})

t.test('who leaves a room is forgotten, and all are when it is deleted', async (t) => {
  const readers = new Readers([1, 2, 3])
  const { log, broadcaster } = readers
  log.rooms.set(room.id, { ...log.rooms.get(log.create(1).room), ...room } as never)
  const joined = [log.join(room.id, 1), log.join(room.id, 2)]
  broadcaster.applyUpdate({ entries: joined, typing: [typing(1), typing(2)] })
  t.equal(await readers.nth(3, 1), 'room:tea: p1 p2')
  readers.members = [2, 3]
  broadcaster.applyUpdate({ entries: [log.leave(room.id, 1)], typing: [] })
  t.equal(await readers.nth(3, 2), 'room:tea: p2')
  t.equal(readers.of(1).length, 1)
  broadcaster.applyUpdate({ entries: [log.delete(room.id)], typing: [typing(3, to(2))] })
  t.equal(await readers.nth(2, readers.of(2).length + 1), 'direct:p3: p3')
  t.equal(readers.of(3).length, 2)
})

t.test('what nobody here is to be told is not kept', async (t) => {
  const readers = new Readers([1], { maxConversations: 1 })
  readers.type(typing(1), typing(1, to(2)), typing(2, to(1)))
  t.equal(await readers.nth(1, 1), 'direct:p2: p2')
})

t.test('the conversations are bounded, and make room when they are over', async (t) => {
  const readers = new Readers([1, 2, 3], { maxConversations: 2, forgetMs: 40 })
  readers.type(typing(2, to(1)), typing(3, to(1)), typing(1, to(2)))
  await readers.nth(1, 4)
  t.same(readers.of(2), [], 'the third is not told')
  while (readers.of(2).length === 0) {
    readers.type(typing(1, to(2)))
    await pause(5)
  }
  t.same(readers.of(2), ['direct:p1: p1'])
})

t.test('the typists of a conversation are bounded', async (t) => {
  const readers = new Readers([9], { maxTypists: 2 })
  readers.type(typing(1), typing(2), typing(3), typing(1))
  t.equal(await readers.nth(9, 1), 'room:tea: p1 p2')
})

t.test('nothing is told after clear', async (t) => {
  const readers = new Readers([1, 2])
  readers.type(typing(1))
  readers.broadcaster.clear()
  readers.type(typing(2))
  t.equal(await readers.nth(1, 1), 'room:tea: p2')
  t.same(readers.of(2), [])
})

t.test('live streams that carry typing are told, a stream that is behind is not', async (t) => {
  const fixture = new DeliveryFixture()
  const [reader, deaf] = [await fixture.join(1), await fixture.join(1, null, undefined, 'message')]
  const slow = await fixture.join(1)
  slow.room = 1
  fixture.send(0)
  fixture.update({ typing: [typing(2, to(1))] })
  await reader.until(() => reader.received.includes('typing'))
  t.match(
    reader.text,
    /event: typing\ndata: {"conversation":"direct:p2","usernames":\["p2"\]}\n\n$/,
  )
  t.equal(deaf.received, 'ready@0 m1')
  t.equal(slow.received, 'ready@0 m1')
  fixture.diverge()
})
