import t from 'tap'
import { encodeEntry, eventFor, retell } from '../../src/delivery/encoded-entry.ts'
import type {
  Entry,
  MessageChangeEntry,
  MessageEntry,
  ReactionEntry,
} from '../../src/store/message-log.ts'

const ann = { id: 1, username: 'ann' }
const bob = { id: 2, username: 'bob' }
const cid = { id: 3, username: 'cid' }
const tea = { id: 40, name: 'Tea' }
const sentAt = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
const epoch = 'mh4k2c9z'

const message: MessageEntry = {
  kind: 'message',
  id: 7,
  from: ann,
  to: null,
  room: tea,
  text: 'hi',
  sentAt,
}
const tombstone: MessageEntry = { ...message, text: '', deletedAt: sentAt }
const edited: MessageChangeEntry = {
  kind: 'edited',
  id: 9,
  message: { ...message, text: 'hello', editedAt: sentAt },
  by: ann,
  hiddenFrom: [],
}
const deleted: MessageChangeEntry = { ...edited, kind: 'deleted', message: tombstone, by: bob }
const added: ReactionEntry = {
  kind: 'reaction-added',
  id: 9,
  message,
  by: bob,
  emoji: '👍',
  count: 3,
  hiddenFrom: [],
}

const textOf = (entry: Entry) => `${eventFor(encodeEntry(entry, epoch), bob.id)?.bytes}`
const isJson = (text: string, name: string, data: object, id = 9) =>
  t.equal(text, `event: ${name}\ndata: ${JSON.stringify(data)}\nid: ${id}-${epoch}\n\n`)

t.test('an edit carries the message as it is now', async () => {
  const fields = { id: 7, kind: 'room', room: 'Tea', from: 'ann', text: 'hello' }
  const at = '2026-01-02T03:04:05.006Z'
  isJson(textOf(edited), 'message.updated', { ...fields, sentAt: at, editedAt: at })
})

t.test('a deletion carries the tombstone and who deleted', async () => {
  const fields = { id: 7, kind: 'room', room: 'Tea', from: 'ann', text: '' }
  const at = '2026-01-02T03:04:05.006Z'
  isJson(textOf(deleted), 'message.deleted', { ...fields, sentAt: at, deletedAt: at, by: 'bob' })
})

t.test('a reaction carries its message, its room, who, which and how many', async () => {
  const fields = { messageId: 7, room: 'Tea', by: 'bob', emoji: '👍', count: 3 }
  isJson(textOf(added), 'reaction.added', fields)
  const removed = {
    ...added,
    kind: 'reaction-removed',
    message: { ...message, room: null },
  } as const
  const { room, ...others } = fields
  isJson(textOf(removed), 'reaction.removed', others)
})

t.test('a change is for who its message is for', async (t) => {
  for (const { kind } of [edited, deleted, added]) {
    const audiencesOf = (fields: Partial<MessageEntry>) => {
      const change = { ...edited, ...added, kind, message: { ...message, ...fields } } as Entry
      return encodeEntry(change, epoch).events.map(({ audiences, to }) => ({ audiences, to }))
    }
    t.same(audiencesOf({ room: null }), [{ audiences: [0], to: 0 }])
    t.same(audiencesOf({}), [{ audiences: [40], to: 0 }])
    t.same(
      audiencesOf({ room: null, to: bob }),
      [{ audiences: [-1, -2], to: 0 }],
      'which is no direct message that waits',
    )
    const [event] = encodeEntry({ ...edited, ...added, kind, hiddenFrom: [3] } as Entry).events
    t.same([event?.hiddenFrom, event?.message], [[3], 7])
  }
  t.same(encodeEntry({ ...message, hiddenFrom: [3] }).events[0]?.hiddenFrom, [3])
})

t.test('what is read after a deletion is passed over, but for the deletion', async (t) => {
  for (const entry of [
    tombstone,
    { ...edited, message: tombstone },
    { ...added, message: tombstone },
  ])
    t.equal(eventFor(encodeEntry(entry, epoch), bob.id), undefined)
})

t.test('once deleted, nothing else is told', async (t) => {
  for (const entry of [message, edited, added]) {
    const encoded = encodeEntry(entry, epoch)
    t.same(retell(encoded, deleted, epoch), { ...encoded, events: [] })
    const late = { ...edited, id: 12, message: tombstone }
    t.same(retell(encoded, late, epoch).events, [], 'nor when an edit is read later')
  }
})

t.test('once edited, the message and its edits are told as they are now', async (t) => {
  const last = {
    ...edited,
    id: 12,
    message: { ...edited.message, text: 'bye' },
    hiddenFrom: [3, 4],
  }
  const told = (entry: Entry) => retell(encodeEntry(entry, epoch), last, epoch)
  const fields = { id: 7, kind: 'room', room: 'Tea', from: 'ann', text: 'bye' }
  const at = '2026-01-02T03:04:05.006Z'
  const data = { ...fields, sentAt: at, editedAt: at }
  const [first] = told({ ...message, hiddenFrom: [2, 3] }).events
  isJson(`${first?.bytes}`, 'message', data, 7)
  t.same(first?.hiddenFrom, [2, 3, 4], 'to nobody who may not read it at one of the times')
  isJson(`${told(edited).events[0]?.bytes}`, 'message.updated', data)
  t.same(told(edited).events[0]?.hiddenFrom, [3, 4])
  const reaction = encodeEntry(added, epoch)
  t.equal(retell(reaction, last, epoch), reaction)
  const passedOver = encodeEntry(tombstone, epoch)
  t.equal(retell(passedOver, last, epoch), passedOver)
  const direct = { ...message, room: null, to: cid }
  const change = { ...edited, message: direct }
  t.equal(retell(encodeEntry(direct), change, epoch).events[0]?.to, cid.id, 'kept, until received')
})

t.test('a text is encoded within its bound', async (t) => {
  const username = '𝒜'.repeat(32)
  const worst: MessageEntry = {
    ...message,
    id: Number.MAX_SAFE_INTEGER,
    from: { id: 1, username },
    room: { id: 40, name: username },
    text: '\u2028'.repeat(4_000),
    metadata: `{"a":[${Array(800).fill('1e20').join()}]}`,
    mentions: Array(20).fill(username),
    replyTo: Number.MAX_SAFE_INTEGER,
    editedAt: sentAt,
  }
  const [event] = encodeEntry({ ...edited, message: worst }, epoch).events
  t.ok((event?.bytes.length ?? 0) <= (event?.maxBytes ?? 0))
})

t.test('a kept message carries its reactions', async (t) => {
  const reactions = [{ emoji: '👍', count: 1, me: false, by: ['bob'] }]
  const { bytes } = encodeEntry({ ...message, room: null, to: bob, reactions }).events[0] ?? {}
  t.match(`${bytes}`, `"reactions":${JSON.stringify(reactions)}}\n\n`)
})
