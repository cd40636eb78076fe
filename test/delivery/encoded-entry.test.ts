import t from 'tap'
import { encodeEntry, eventFor } from '../../src/delivery/encoded-entry.ts'
import type { EncodedEvent } from '../../src/delivery/encoded-event.ts'
import type { Entry, MembershipEntry, MessageEntry } from '../../src/store/message-log.ts'
import type { Room } from '../../src/store/room.ts'

const ann = { id: 1, username: 'ann' }
const bob = { id: 2, username: 'bob' }
const cid = { id: 3, username: 'cid' }
const sentAt = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
const epoch = 'mh4k2c9z'

/** What bob gets of a message. */
function encode(
  message: Pick<MessageEntry, 'id' | 'from' | 'to' | 'text' | 'sentAt'>,
  epoch?: string,
) {
  const entry = encodeEntry({ kind: 'message', room: null, ...message }, epoch)
  return eventFor(entry, bob.id) as EncodedEvent
}

const room: Room = {
  id: 40,
  name: 'Tea',
  title: 'Tea time',
  topic: 'Which?',
  access: 'private',
  history: 'all',
  archived: false,
  createdAt: sentAt,
  memberCount: 2,
}
const roomJson =
  '{"name":"Tea","title":"Tea time","topic":"Which?","access":"private","history":"all","archived":false,"createdAt":"2026-01-02T03:04:05.006Z","memberCount":2}'

/** Bob's membership of the room, as ann has changed it. */
const membership = (
  kind: MembershipEntry['kind'],
  fields: Partial<MembershipEntry> = {},
): MembershipEntry => ({
  kind,
  id: 7,
  at: sentAt,
  room,
  by: ann,
  member: bob,
  role: 'member',
  reason: null,
  hiddenFrom: [],
  ...fields,
})

/** What an account gets of an entry, without its cursor. */
function received(entry: Entry, account: number) {
  const { bytes } = eventFor(encodeEntry(entry, epoch), account) as EncodedEvent
  const [event, cursor] = bytes.toString().split(`id: 7-${epoch}\n\n`)
  t.equal(cursor, '', 'the id is the entry’s, on the last line')
  return event
}

t.test('a message carries the cursor', async (t) => {
  const event = encode({ id: 7, from: ann, to: null, text: 'hi', sentAt }, 'mh4k2c9z')
  t.equal(
    event.bytes.toString(),
    'event: message\ndata: {"id":7,"kind":"broadcast","from":"ann","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\nid: 7-mh4k2c9z\n\n',
  )
})

t.test('a message without an epoch carries no cursor', async (t) => {
  const event = encode({ id: 7, from: ann, to: bob, text: 'hi', sentAt })
  t.equal(
    event.bytes.toString(),
    'event: message\ndata: {"id":7,"kind":"direct","from":"ann","to":"bob","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\n\n',
  )
})

/** The line ends of Python's str.splitlines, Java's \\R and Unicode's UAX #14. */
const lineEnds = /\r\n|[\n\v\f\r\x1c\x1d\x1e\u0085\u2028\u2029]/

t.test('no line separator in a text breaks the framing', async (t) => {
  const text =
    'a\nb\r\nc\rd\n\ndata: x\u2028event: bye\u2029id: 9\u0085data: {}\ve\fdata: \x1cid: 8\x1d\x1e'
  for (const event of [
    encode({ id: 1, from: ann, to: null, text, sentAt }, 'mh4k2c9z'),
    encode({ id: 1, from: ann, to: null, text, sentAt }),
  ]) {
    const lines = event.bytes.toString().split(lineEnds)
    t.ok(lines.length <= 5, 'at most: event, data, id, and the empty line')
    const data = lines.filter((line) => line.startsWith('data:'))
    t.equal(data.length, 1)
    t.equal(JSON.parse((data[0] as string).slice(5)).text, text)
  }
})

t.test('a character takes at most six bytes of a line', async (t) => {
  const lineOf = (chars: number) => {
    const person = { id: 1, username: '𝒜'.repeat(32) }
    const id = Number.MAX_SAFE_INTEGER
    const text = '\u2028'.repeat(chars)
    const { bytes } = encode({ id, from: person, to: person, text, sentAt }, 'mh4k2c9z')
    return Math.max(
      ...bytes
        .toString()
        .split('\n')
        .map((line) => Buffer.byteLength(line)),
    )
  }
  t.ok(lineOf(4_000) <= 24 * 1024, 'the bound of docs/streams.md for the default length')
  t.ok(lineOf(10_800) <= 64 * 1024, 'the bound of docs/streams.md for lines of 64 KiB')
})

t.test('a message is for everyone, for its two people, or for its room', async (t) => {
  const audiencesOf = (fields: Partial<MessageEntry>) => {
    const whole = {
      kind: 'message',
      id: 7,
      from: ann,
      to: null,
      room: null,
      text: 'hi',
      sentAt,
    } as const
    return encodeEntry({ ...whole, ...fields }, epoch).events.map(({ audiences }) => audiences)
  }
  t.same(audiencesOf({}), [[0]])
  t.same(audiencesOf({ to: bob }), [[-1, -2]])
  t.same(audiencesOf({ to: ann }), [[-1]], 'once to oneself')
  t.same(audiencesOf({ room: { id: 40, name: 'Tea' } }), [[40]])
})

t.test('a message in a room names the room', async (t) => {
  const entry: Entry = {
    kind: 'message',
    id: 7,
    from: ann,
    to: null,
    room: { id: 40, name: 'Tea' },
    text: 'hi',
    sentAt,
  }
  t.equal(
    received(entry, bob.id),
    'event: message\ndata: {"id":7,"kind":"room","room":"Tea","from":"ann","text":"hi","sentAt":"2026-01-02T03:04:05.006Z"}\n',
  )
})

t.test('who joins gets the room, the others get who joined', async (t) => {
  const entry = membership('joined')
  t.equal(
    received(entry, bob.id),
    `event: room.joined\ndata: {"room":${roomJson.slice(0, -1)},"role":"member","joinedAt":"2026-01-02T03:04:05.006Z"},"role":"member","by":"ann"}\n`,
  )
  t.equal(
    received(entry, ann.id),
    'event: member.joined\ndata: {"room":"Tea","username":"bob","role":"member","by":"ann","memberCount":2}\n',
  )
  t.same(encodeEntry(entry).change, { kind: 'joined', id: 7, room: 40, account: 2 })
})

t.test('who joins a room that they may not read any more gets its name alone', async (t) => {
  const name = 'event: room.joined\ndata: {"room":{"name":"Tea"},"role":"member","by":"ann"}\n'
  t.equal(received(membership('joined', { hiddenFrom: [2] }), bob.id), name)
  const deleted = membership('joined', { room: { id: 40, name: 'Tea' } })
  t.equal(received(deleted, bob.id), name)
  t.equal(encodeEntry(deleted).events.length, 1, 'nobody else gets anything of a deleted room')
})

t.test('who leaves gets the reason, the others get who left', async (t) => {
  const entry = membership('left', { role: null, reason: 'removed' })
  t.equal(
    received(entry, bob.id),
    'event: room.left\ndata: {"room":"Tea","by":"ann","reason":"removed"}\n',
  )
  t.equal(
    received(entry, ann.id),
    'event: member.left\ndata: {"room":"Tea","username":"bob","by":"ann","memberCount":2}\n',
  )
  t.same(encodeEntry(entry).change, { kind: 'left', id: 7, room: 40, account: 2 })
})

t.test('all get a change of a role, also the one who has it', async (t) => {
  const entry = membership('role-changed', { role: 'owner' })
  for (const { id } of [ann, bob])
    t.equal(
      received(entry, id),
      'event: member.updated\ndata: {"room":"Tea","username":"bob","role":"owner","by":"ann","memberCount":2}\n',
    )
  t.equal(encodeEntry(entry).change, null)
})

t.test('an updated room is told as it is, a deleted one by its name', async (t) => {
  const updated: Entry = { kind: 'room-updated', id: 7, room, by: ann, hiddenFrom: [cid.id] }
  t.equal(received(updated, ann.id), `event: room.updated\ndata: ${roomJson}\n`)
  t.same(encodeEntry(updated).events[0]?.hiddenFrom, [cid.id])
  const deleted: Entry = { ...updated, kind: 'room-deleted', room: { id: 40, name: 'Tea' } }
  t.equal(received(deleted, cid.id), 'event: room.deleted\ndata: {"room":"Tea"}\n')
  t.same(encodeEntry(deleted).events[0]?.hiddenFrom, [], 'hidden from no member')
  t.same(encodeEntry(deleted).change, { kind: 'room-deleted', id: 7, room: 40 })
})

t.test('what is told of a room is encoded once, within its bound', async (t) => {
  const worst = {
    ...room,
    name: '𝒜'.repeat(32),
    title: '\u2028'.repeat(80),
    topic: '\u2028'.repeat(500),
  }
  const person = { id: Number.MAX_SAFE_INTEGER, username: '𝒜'.repeat(32) }
  const fields = { id: Number.MAX_SAFE_INTEGER, room: worst, by: person, member: person }
  for (const kind of ['joined', 'left', 'role-changed'] as const) {
    for (const event of encodeEntry(membership(kind, fields), epoch).events) {
      t.ok(event.bytes.length <= event.maxBytes)
      t.equal(event.bytes, event.bytes)
    }
  }
})
