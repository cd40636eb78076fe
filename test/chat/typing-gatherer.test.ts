import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { TypingGatherer } from '../../src/chat/typing-gatherer.ts'
import type { ConversationKey, ConversationRefusal } from '../../src/store/conversation-store.ts'
import type { Person } from '../../src/store/person.ts'
import { Unavailable } from '../../src/store/store-errors.ts'

const ann = { id: 1, username: 'ann' }
const bob = { id: 2, username: 'bob' }
const tea: ConversationKey = { type: 'room', key: 'tea' }

/** A store that answers as the test says. */
class FakeStore {
  readonly told: string[] = []
  answer: () => Promise<'done' | ConversationRefusal> = async () => 'done'

  tellTyping(viewer: Person, key: ConversationKey) {
    this.told.push(`${viewer.username} ${key.type === 'everyone' ? key.type : key.key}`)
    return this.answer()
  }

  async until(count: number) {
    const deadline = Date.now() + 20_000
    while (this.told.length < count) {
      if (Date.now() > deadline) throw new Error(`timed out; told: ${this.told}`)
      await nextTurn()
    }
  }
}

function open(options: ConstructorParameters<typeof TypingGatherer>[1] = {}) {
  const store = new FakeStore()
  const gatherer = new TypingGatherer(store, options)
  t.teardown(() => gatherer.close())
  return { store, gatherer }
}

t.test('the first call is told at once, the last one at the end of the interval', async (t) => {
  const { store, gatherer } = open({ intervalMs: 30 })
  const began = performance.now()
  for (let calls = 0; calls < 5; calls++) t.equal(await gatherer.tell(ann, tea), 'done')
  t.same(store.told, ['ann tea'])
  await store.until(2)
  t.ok(performance.now() - began >= 29)
})

t.test('nothing more is told when no other call came', async (t) => {
  const { store, gatherer } = open({ intervalMs: 5 })
  await gatherer.tell(ann, tea)
  const other = open({ intervalMs: 20 })
  await other.gatherer.tell(ann, tea)
  await other.gatherer.tell(ann, tea)
  await other.store.until(2)
  t.same(store.told, ['ann tea'])
})

t.test('each person and each conversation has its own interval', async (t) => {
  const { store, gatherer } = open()
  for (const person of [ann, bob])
    for (const key of [tea, { type: 'direct', key: 'tea' }, { type: 'everyone' }] as const)
      await gatherer.tell(person, key)
  t.equal(store.told.length, 6)
})

t.test('after a refusal or a failure the next call asks again', async (t) => {
  const { store, gatherer } = open()
  store.answer = async () => 'not-a-member'
  const refused = [gatherer.tell(ann, tea), gatherer.tell(ann, tea)]
  t.same(await Promise.all(refused), ['not-a-member', 'not-a-member'])
  t.equal(store.told.length, 1)
  store.answer = () => Promise.reject(new Unavailable('away'))
  await nextTurn()
  await t.rejects(gatherer.tell(ann, tea), Unavailable)
  await nextTurn()
  store.answer = async () => 'done'
  t.equal(await gatherer.tell(ann, tea), 'done')
  t.equal(store.told.length, 3)
})

t.test('a later failure is nobody’s', async (t) => {
  const { store, gatherer } = open({ intervalMs: 5 })
  await gatherer.tell(ann, tea)
  await gatherer.tell(ann, tea)
  store.answer = () => Promise.reject(new Unavailable('away'))
  await store.until(2)
  await nextTurn()
  store.answer = async () => 'done'
  t.equal(await gatherer.tell(ann, tea), 'done')
})

t.test('a failure that comes after the interval forgets nothing of the next one', async (t) => {
  const { store, gatherer } = open({ intervalMs: 5 })
  const { promise, reject } = Promise.withResolvers<'done'>()
  store.answer = () => promise
  const late = [gatherer.tell(ann, tea), gatherer.tell(ann, tea)]
  store.answer = async () => 'done'
  await store.until(2)
  gatherer.close()
  reject(new Unavailable('away'))
  for (const call of late) await t.rejects(call, Unavailable)
})

t.test('the calls that are remembered are bounded', async (t) => {
  const { store, gatherer } = open({ maxCalls: 1 })
  for (const person of [ann, ann, bob, bob]) await gatherer.tell(person, tea)
  t.same(store.told, ['ann tea', 'bob tea', 'bob tea'])
})
