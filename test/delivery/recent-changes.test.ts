import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { encodeEntry } from '../../src/delivery/encoded-entry.ts'
import { RecentEvents, type Retelling } from '../../src/delivery/recent-events.ts'
import { AccountRooms } from '../../src/delivery/room-members.ts'
import type { Entry } from '../../src/store/message-log.ts'
import { epoch, FakeLog } from './support/fake-log.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function push(recent: RecentEvents, entries: Entry[], oldest = 1) {
  const kinds = ['edited', 'deleted', 'room-deleted']
  const retellings = entries.filter(({ kind }) => kinds.includes(kind)) as Retelling[]
  const encoded = entries.map((entry) => encodeEntry(entry, epoch))
  return recent.push(encoded, { retellings, epoch, oldest })
}

/** The ids that an account gets, with their texts. */
function told(recent: RecentEvents, account = 1, rooms: number[] = [], cursor = 0) {
  const ids = Object.assign(new AccountRooms(account), { ids: rooms })
  return recent.after(cursor, ids, 1e6)?.events.map(({ id, bytes }) => {
    const [, text] = /"text":"(.*?)"/.exec(`${bytes}`) ?? []
    return text === undefined ? `${id}` : `${id} ${text}`
  })
}

t.test('an edit replaces the text of the message and of the edits before', async (t) => {
  const [log, recent] = [new FakeLog(), new RecentEvents()]
  push(recent, [log.say({ to: 1, from: 2 }), log.say({}), log.edit(1, 'one'), log.react(1, 2)])
  t.same(told(recent), ['1 one', '2 x', '3 one', '4'])
  push(recent, [log.edit(1, 'two'), log.say({})])
  for (const account of [1, 2])
    t.same(told(recent, account), ['1 two', '2 x', '3 two', '4', '5 two', '6 x'])
  t.same(told(recent, 3), ['2 x', '6 x'])
})

t.test('a deletion takes away the message, its edits and its reactions', async (t) => {
  const [log, recent] = [new FakeLog(), new RecentEvents()]
  push(recent, [log.say({}), log.say({}), log.edit(1), log.react(1, 2), log.react(2, 2)])
  push(recent, [log.react(1, 3), log.deleteMessage(1), log.say({})])
  t.same(told(recent), ['2 x', '5', '7 ', '8 x'])
  push(recent, [log.deleteMessage(2)])
  t.same(told(recent), ['7 ', '8 x', '9 '])
})

t.test('the entries of an update are told as the last of them leaves them', async (t) => {
  const [log, recent] = [new FakeLog(), new RecentEvents({ maxEntries: 0 })]
  const update = [log.say({}), log.edit(1, 'new'), log.say({}), log.deleteMessage(3), log.say({})]
  const events = push(recent, update).map(({ events }) => events.map(({ bytes }) => `${bytes}`))
  t.match(events, [[/"text":"new"/], [/"text":"new"/], [], [/message.deleted/], [/"text":"x"/]])
})

t.test('bytes of a message are not kept once it is edited or deleted', async (t) => {
  const [log, recent] = [new FakeLog(), new RecentEvents()]
  const texts = (() => {
    const entries = [log.say({}), log.say({ to: 1 }), log.edit(2, 'y'), log.react(1, 1)]
    const kept = push(recent, entries).flatMap(({ events }) => events)
    return kept.map(({ bytes }) => new WeakRef(bytes))
  })()
  push(recent, [log.edit(2, 'z'), log.deleteMessage(1)])
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  t.same(
    texts.map((bytes) => bytes.deref()),
    [undefined, undefined, undefined, undefined],
  )
})

t.test('what is gone takes no part of the memory', async (t) => {
  const [log, recent] = [new FakeLog(), new RecentEvents({ maxBytes: 3_000 })]
  push(recent, [log.say({ text: 'x'.repeat(1_500) })])
  push(recent, [log.deleteMessage(1)])
  push(recent, [log.say({ text: 'x'.repeat(1_500) })])
  t.equal(told(recent)?.length, 2)
  push(recent, [log.say({ text: 'x'.repeat(1_500) })])
  t.equal(told(recent), undefined, 'the first entries were dropped')
})

t.test('accounts that an event is hidden from take memory', async (t) => {
  const [log, recent] = [new FakeLog(), new RecentEvents({ maxBytes: 9_000 })]
  push(recent, [log.say({}), { ...log.react(1, 2), hiddenFrom: Array(1_000).fill(5) }])
  t.equal(told(recent)?.length, 2)
  push(recent, [{ ...log.react(1, 2), hiddenFrom: Array(1_000).fill(5) }])
  t.equal(told(recent), undefined)
})

t.test(
  'changes of a message that has left memory are kept, until the log has dropped it',
  async (t) => {
    const [log, recent] = [new FakeLog(), new RecentEvents({ maxEntries: 4 })]
    push(recent, [log.say({}), log.say({}), log.say({}), log.react(1, 2), log.edit(1, 'a')])
    push(recent, [log.react(2, 2), log.edit(1, 'b')])
    t.same(told(recent, 1, [], 3), ['4', '5 b', '6', '7 b'])
    push(recent, [], 2)
    t.same(told(recent, 1, [], 3), ['6'])
    const [late] = push(recent, [log.react(1, 3)], 2)
    t.same(late?.events, [], 'nor is a change that comes after')
    push(recent, [log.deleteMessage(2)], 2)
    t.same(told(recent, 1, [], 6), ['9 '])
  },
)

t.test('the messages of a deleted room are gone', async (t) => {
  const [log, recent] = [new FakeLog(), new RecentEvents()]
  const { room, entry } = log.create(1)
  push(recent, [entry, log.say({ room }), log.edit(2, 'new'), log.say({})])
  const update = [log.say({ room }), log.rename(room), log.delete(room)]
  t.same(
    push(recent, update).map(({ events }) => events.length),
    [0, 1, 1],
    'also those of the same update',
  )
  t.same(told(recent, 1, [room]), ['1', '4 x', '7'])
  for (let id = 8; id < 20; id++) push(recent, [log.say({})], id)
  t.same(told(recent, 1, [room], 18), ['19 x'])
})

t.test('a read from before a change is outdated if it tells of that message', async (t) => {
  const [log, recent] = [new FakeLog(), new RecentEvents({ maxEntries: 8 })]
  const { room, entry } = log.create(1)
  const entries = [entry, log.say({}), log.say({}), log.edit(2), log.react(3, 1), log.say({ room })]
  push(recent, entries)
  const read = entries.flatMap((one) => encodeEntry(one, epoch).events)
  const outdated = (head: number) =>
    read.filter((event) => recent.areOutdated([event], head)).map(({ id }) => id)
  t.same(outdated(3), [2, 4])
  t.same(outdated(4), [])
  push(recent, [log.react(2, 1), log.deleteMessage(3)])
  t.same(outdated(6), [3, 5])
  push(recent, [log.delete(room)])
  t.same(outdated(8), [6])
  t.same(outdated(9), [])
  push(
    recent,
    [9, 10, 11, 12, 13, 14, 15, 16].map(() => log.say({})),
  )
  t.equal(outdated(8).length, read.length, 'memory does not tell')
  t.same(outdated(9), [], 'nothing was changed after it')
  recent.clear()
  t.same(outdated(0), [], 'of another log')
})
