import { hash } from 'node:crypto'
import t from 'tap'
import type { MessageInput } from '../../src/chat/message-input.ts'
import {
  type HistoryQuery,
  Messages,
  type MessagesOptions,
  toMessage,
} from '../../src/chat/messages.ts'
import type { Metadata } from '../../src/chat/metadata.ts'
import type { Draft, Outcome } from '../../src/store/message-log.ts'
import type { Session } from '../../src/store/session-store.ts'
import { OutcomeUnknown, Unavailable } from '../../src/store/store-errors.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

async function openRoom(options: Partial<MessagesOptions> = {}) {
  const store = new MemoryStore()
  const appender = {
    async append(draft: Draft): Promise<Outcome> {
      const [outcome] = await store.log.append([draft])
      return outcome as Outcome
    },
  }
  const messages = new Messages({
    store,
    appender,
    maxChars: 20,
    metadataMaxBytes: 40,
    digestKey: Buffer.alloc(32, 'k'),
    broadcast: 'everyone',
    ...options,
  })
  const [ann, bob, cid] = [
    await store.join('ann'),
    await store.join('bob'),
    await store.join('cid'),
  ]
  store.calls.length = 0
  return { store, messages: new Room(messages), ann, bob, cid }
}

interface Direct {
  to: string
  text: string
  whenOffline?: 'reject' | 'keep'
}

/** Checks and executes each call, as the routes do. */
class Room {
  readonly #messages: Messages

  constructor(messages: Messages) {
    this.#messages = messages
  }

  parse(sender: Session, content: MessageInput, key: string) {
    return this.#messages.parse(sender, content, key)
  }

  async broadcast(sender: Session, text: string, key?: string) {
    return this.#messages.post(this.#messages.parse(sender, { kind: 'broadcast', text }, key))
  }

  async send(sender: Session, content: MessageInput, key?: string) {
    return this.#messages.post(this.#messages.parse(sender, content, key))
  }

  async direct(sender: Session, input: Direct, key?: string) {
    return this.#messages.post(this.#messages.parse(sender, { ...input, kind: 'direct' }, key))
  }

  async say(sender: Session, room: string, text: string, key?: string) {
    return this.#messages.post(this.#messages.parse(sender, { kind: 'room', room, text }, key))
  }

  async replay(sender: Session, content: MessageInput, key?: string) {
    return this.#messages.replay(this.#messages.parse(sender, content, key))
  }

  async page(reader: Session, wanted: HistoryQuery) {
    return this.#messages.page(reader, this.#messages.parsePage(wanted))
  }

  find(reader: Session, id: number) {
    return this.#messages.find(reader, id)
  }
}

function texts({ entries }: { entries: { text: string }[] }): string[] {
  return entries.map(({ text }) => text)
}

t.test('clients get a message with names and an RFC 3339 time', async (t) => {
  const [ann, bob] = [
    { id: 1, username: 'ann' },
    { id: 2, username: 'bob' },
  ]
  const common = { id: 7, from: 'ann', text: 'hi', sentAt: '1970-01-01T00:00:00.000Z' }
  const entry = {
    kind: 'message' as const,
    id: 7,
    from: ann,
    to: null,
    room: null,
    text: 'hi',
    sentAt: 0,
  }
  t.same(toMessage(entry), { ...common, kind: 'broadcast' })
  t.same(toMessage({ ...entry, to: bob }), { ...common, kind: 'direct', to: 'bob' })
  const room = { id: 9, name: 'Tea' }
  t.same(toMessage({ ...entry, room }), { ...common, kind: 'room', room: 'Tea' })
  const reactions = [{ emoji: '👍', count: 1, me: true, by: ['ann'] }]
  const full = { ...entry, replyTo: 3, mentions: ['bob'], editedAt: 1000, reactions }
  t.same(toMessage({ ...full, metadata: '{"a":[1]}', hiddenFrom: [4] }), {
    ...common,
    kind: 'broadcast',
    replyTo: 3,
    metadata: { a: [1] },
    mentions: ['bob'],
    editedAt: '1970-01-01T00:00:01.000Z',
    reactions,
  })
  const bare = { ...entry, mentions: [], reactions: [] }
  t.same(toMessage(bare), { ...common, kind: 'broadcast' })
  t.same(toMessage({ ...entry, room, text: '', deletedAt: 2000 }), {
    ...common,
    kind: 'room',
    room: 'Tea',
    text: '',
    deletedAt: '1970-01-01T00:00:02.000Z',
  })
})

t.test('a broadcast is in the log', async (t) => {
  const { messages, ann, bob } = await openRoom()
  const posted = await messages.broadcast(ann, 'hi')
  t.match(posted, {
    replayed: false,
    entry: { id: 1, from: { username: 'ann' }, to: null, text: 'hi' },
  })
  t.same(await messages.find(bob, 1), posted.entry)
})

t.test('a direct message is visible only to its two people', async (t) => {
  const { messages, store, ann, bob, cid } = await openRoom()
  store.online.add(bob.account.id)
  const posted = await messages.direct(ann, { to: 'BOB', text: 'psst' })
  t.match(posted.entry, { from: { username: 'ann' }, to: { username: 'bob' } })
  t.same(await messages.find(bob, 1), posted.entry)
  t.match(await refusalOf(() => messages.find(cid, 1)), { code: 'not-found' })
  t.match(await refusalOf(() => messages.find(ann, 2)), { code: 'not-found' })
})

t.test('a recipient is found when their name is typed in any case', async (t) => {
  const { messages, store, ann } = await openRoom()
  // Registered before 0.2, when these were two names.
  for (const key of ['straße', 'strasse', 'νίκοσ']) await store.join(key)
  const found: Record<string, string> = {
    Straße: 'straße',
    STRASSE: 'strasse',
    Νίκος: 'νίκοσ',
    ΝΊΚΟΣ: 'νίκοσ',
    'ΝΙ\u0301ΚΟς': 'νίκοσ',
  }
  for (const [to, username] of Object.entries(found)) {
    const { entry } = await messages.direct(ann, { to, text: to, whenOffline: 'keep' })
    t.equal(entry.to?.username, username, to)
  }
  const page = await messages.page(ann, { limit: 50, with: 'Straße' })
  t.same(texts(page), ['Straße'])
  t.same(texts(await messages.page(ann, { limit: 50, with: 'Νίκος' })).length, 3)
})

t.test('a recipient must exist, and be online unless whenOffline is keep', async (t) => {
  const { messages, ann } = await openRoom()
  for (const to of ['dan', 'a', '', 'x'.repeat(1000)]) {
    const refused = await refusalOf(() => messages.direct(ann, { to, text: 'hi' }))
    t.equal(refused.code, 'unknown-recipient', to)
  }
  const offline = await refusalOf(() => messages.direct(ann, { to: 'bob', text: 'hi' }))
  t.equal(offline.code, 'recipient-offline')
  const kept = await messages.direct(ann, { to: 'bob', text: 'hi', whenOffline: 'keep' })
  t.equal(kept.entry.id, 1)
})

t.test('a message in a room is found in its history', async (t) => {
  const { messages, store, ann, bob } = await openRoom()
  store.rooms.set('tea', { id: 9, name: 'Tea' })
  await messages.broadcast(ann, 'hi')
  const posted = await messages.say(ann, 'TEA', 'hello')
  t.match(posted, { replayed: false, entry: { to: null, room: { name: 'Tea' }, text: 'hello' } })
  t.same(texts(await messages.page(bob, { limit: 9, room: 'tEa' })), ['hello'])
  t.match(await messages.page(bob, { limit: 9, room: 'tea' }), { cursor: '2-mh4k2c9z' })
})

t.test('a post to a room is refused as the store says', async (t) => {
  const { messages, store, ann } = await openRoom()
  const told = {
    'unknown-room': /no room with this name, or it is private/,
    forbidden: /has banned you/,
    'not-a-member': /Join it first/,
    'room-archived': /archived/,
  } as const
  for (const [code, detail] of Object.entries(told)) {
    store.rooms.set('tea', code as keyof typeof told)
    t.match(await refusalOf(() => messages.say(ann, 'tea', 'hi')), { code, detail })
  }
  for (const room of ['rum', '', 'x'.repeat(1000)]) {
    t.match(await refusalOf(() => messages.say(ann, room, 'hi')), { code: 'unknown-room' })
    const page = () => messages.page(ann, { limit: 9, room })
    t.match(await refusalOf(page), { code: 'unknown-room' })
  }
})

t.test('where only moderators may write to everyone, nobody can', async (t) => {
  const { messages, store, ann } = await openRoom({ broadcast: 'moderators' })
  t.match(await refusalOf(() => messages.broadcast(ann, 'hi')), { code: 'forbidden' })
  t.same(store.calls, [])
  await messages.direct(ann, { to: 'bob', text: 'hi', whenOffline: 'keep' })
  const content = { kind: 'broadcast', text: 'from before' } as const
  const { idempotency } = messages.parse(ann, content, 'key')
  const draft = { session: ann.id, to: null, text: content.text, idempotency }
  await store.log.append([draft])
  t.equal((await messages.broadcast(ann, content.text, 'key')).replayed, true)
})

t.test('an invalid text is refused, and nothing is stored', async (t) => {
  const { messages, store, ann } = await openRoom()
  t.match(await refusalOf(() => messages.direct(ann, { to: 'bob', text: ' ' }, 'key')), {
    code: 'invalid-request',
    detail: /^text: must /,
    errors: [{ pointer: '/text', detail: /white space/ }],
  })
  t.match(await refusalOf(() => messages.broadcast(ann, 'x'.repeat(21))), {
    code: 'invalid-request',
    errors: [{ pointer: '/text', detail: 'must be at most 20 characters long, but has 21' }],
  })
  const emptyText = { kind: 'broadcast', text: '' } as const
  t.match(await refusalOf(() => messages.replay(ann, emptyText, 'key')), {
    code: 'invalid-request',
  })
  t.same(store.calls, [])
})

t.test('a retry with the same key and content stores one message', async (t) => {
  const { messages, ann, bob } = await openRoom()
  const first = await messages.broadcast(ann, 'hi', 'k1')
  t.same(await messages.broadcast(ann, 'hi', 'k1'), { entry: first.entry, replayed: true })
  t.equal(
    (await messages.broadcast(bob, 'hi', 'k1')).replayed,
    false,
    'keys belong to their account',
  )
  const direct = { to: 'bob', text: 'hi', whenOffline: 'keep' } as const
  const kept = await messages.direct(ann, direct, 'k2')
  t.same(await messages.direct(ann, direct, 'k2'), { entry: kept.entry, replayed: true })
})

t.test('a message can reply, mention people and have metadata', async (t) => {
  const { messages, store, ann, bob } = await openRoom()
  const first = await messages.send(ann, { kind: 'broadcast', text: 'hi', metadata: { a: [1] } })
  t.equal(first.entry.metadata, '{"a":[1]}')
  t.notOk('mentions' in first.entry)
  const text = 'yes, @ANN. @dan'
  const reply = await messages.send(bob, { kind: 'broadcast', text, replyTo: first.entry.id })
  t.match(reply.entry, { replyTo: 1, mentions: ['ann'] })
  t.match(await refusalOf(() => messages.send(bob, { kind: 'broadcast', text, replyTo: 9 })), {
    code: 'invalid-request',
    detail: /^replyTo: must be the id/,
    errors: [{ pointer: '/replyTo', detail: /in the same conversation/ }],
  })
  store.calls.length = 0
  const metadata = { long: 'x'.repeat(40) }
  t.match(await refusalOf(() => messages.send(bob, { kind: 'broadcast', text, metadata })), {
    errors: [{ pointer: '/metadata', detail: 'must be at most 40 bytes of JSON, but has 51' }],
  })
  t.same(store.calls, [])
})

t.test('a deleted message is found no more', async (t) => {
  const { messages, store, ann } = await openRoom()
  await messages.broadcast(ann, 'hi', 'key')
  await store.log.change(ann.id, { kind: 'delete', id: 1 })
  t.match(await refusalOf(() => messages.find(ann, 1)), { code: 'message-deleted' })
  const { entries } = await messages.page(ann, { limit: 9 })
  t.match(entries, [{ text: '', deletedAt: Number }])
  const replayed = await messages.broadcast(ann, 'hi', 'key')
  t.match(replayed, { replayed: true, entry: { text: '', deletedAt: Number } })
  const other = await refusalOf(() => messages.broadcast(ann, 'ho', 'key'))
  t.equal(other.code, 'idempotency-key-reused')
})

t.test('the digest of a key cannot be made without the key of the server', async (t) => {
  const hi = { kind: 'broadcast', text: 'hi' } as const
  const digests = await Promise.all(
    ['k', 'l'].map(async (letter) => {
      const { messages, ann } = await openRoom({ digestKey: Buffer.alloc(32, letter) })
      return messages.parse(ann, hi, 'key').idempotency?.digest
    }),
  )
  t.match(digests, [/^[0-9a-f]{64}$/, /^[0-9a-f]{64}$/])
  t.not(digests[0], digests[1])
})

t.test('a key from before 0.2 is known, with the digest of then', async (t) => {
  const { messages, store, ann } = await openRoom()
  const digest = hash('sha256', '["broadcast","hi"]')
  const draft = { session: ann.id, to: null, text: 'hi', idempotency: { key: 'old', digest } }
  await store.log.append([draft])
  t.equal((await messages.broadcast(ann, 'hi', 'old')).replayed, true)
  t.equal((await messages.replay(ann, { kind: 'broadcast', text: 'hi' }, 'old'))?.replayed, true)
  for (const other of [{ text: 'ho' }, { text: 'hi', replyTo: 1 }, { text: 'hi', metadata: {} }]) {
    const refused = await refusalOf(() =>
      messages.send(ann, { kind: 'broadcast', ...other }, 'old'),
    )
    t.equal(refused.code, 'idempotency-key-reused')
  }
})

t.test('a key of which the store has no message is reused', async (t) => {
  const appender = { append: async (): Promise<Outcome> => ({ kind: 'key-reused' }) }
  const { messages, ann } = await openRoom({ appender })
  const refused = await refusalOf(() => messages.broadcast(ann, 'hi', 'of a room'))
  t.equal(refused.code, 'idempotency-key-reused')
})

t.test('a key covers the whole content', async (t) => {
  const { messages, store, ann, bob } = await openRoom()
  store.online.add(bob.account.id)
  await messages.direct(ann, { to: 'bob', text: 'hi' }, 'key')
  const same = await messages.direct(ann, { to: 'bob', text: 'hi', whenOffline: 'reject' }, 'key')
  t.equal(same.replayed, true, 'a default is the same as its explicit value')
  const others = [
    () => messages.broadcast(ann, 'hi', 'key'),
    () => messages.direct(ann, { to: 'bob', text: 'ho' }, 'key'),
    () => messages.direct(ann, { to: 'cid', text: 'hi' }, 'key'),
    () => messages.direct(ann, { to: 'bob', text: 'hi', whenOffline: 'keep' }, 'key'),
    () => messages.direct(ann, { to: 'x'.repeat(1000), text: 'hi' }, 'key'),
    () => messages.say(ann, 'bob', 'hi', 'key'),
    () => messages.send(ann, { kind: 'direct', to: 'bob', text: 'hi', replyTo: 1 }, 'key'),
    () => messages.send(ann, { kind: 'direct', to: 'bob', text: 'hi', metadata: {} }, 'key'),
  ]
  for (const other of others) t.equal((await refusalOf(other)).code, 'idempotency-key-reused')
  const withData = (metadata: Metadata) =>
    messages.send(ann, { kind: 'broadcast', text: 'hi', metadata }, 'data')
  await withData({ a: 1, b: [{ c: 2, d: 3 }] })
  t.equal((await withData({ b: [{ d: 3, c: 2 }], a: 1 })).replayed, true, 'in another order')
  const moved = await refusalOf(() => withData({ a: 1, b: [{ d: 2, c: 3 }] }))
  t.equal(moved.code, 'idempotency-key-reused')
  for (const [key, name] of Object.entries({ tea: 'Tea', rum: 'Rum' }))
    store.rooms.set(key, { id: name.length, name })
  await messages.say(ann, 'tea', 'hi', 'in a room')
  t.equal((await messages.say(ann, 'TEA', 'hi', 'in a room')).replayed, true, 'the same room')
  const elsewhere = await refusalOf(() => messages.say(ann, 'rum', 'hi', 'in a room'))
  t.equal(elsewhere.code, 'idempotency-key-reused')
})

t.test('replay returns the message of a key without posting', async (t) => {
  const { messages, store, ann } = await openRoom()
  const { entry } = await messages.broadcast(ann, 'hi', 'known')
  store.calls.length = 0
  const hi = { kind: 'broadcast', text: 'hi' } as const
  t.same(await messages.replay(ann, hi, 'known'), { entry, replayed: true })
  t.equal(await messages.replay(ann, hi, 'new'), undefined)
  t.match(await refusalOf(() => messages.replay(ann, { ...hi, text: 'ho' }, 'known')), {
    code: 'idempotency-key-reused',
  })
  t.equal(await messages.replay(ann, hi), undefined, 'a post without a key is never a replay')
  t.same(store.calls, ['findByIdempotencyKey', 'findByIdempotencyKey', 'findByIdempotencyKey'])
})

t.test('a session that has ended cannot post', async (t) => {
  const { messages, store, ann } = await openRoom()
  await store.sessions.end(ann.id)
  t.match(await refusalOf(() => messages.broadcast(ann, 'hi')), { code: 'unauthorized' })
})

t.test('a page has the cursor from which a stream goes on', async (t) => {
  const { messages, ann, bob } = await openRoom()
  const empty = await messages.page(ann, { limit: 2 })
  t.same(empty, { entries: [], more: false, cursor: '0-mh4k2c9z' })
  for (const text of ['1', '2', '3', '4', '5']) await messages.broadcast(ann, text)

  const newest = await messages.page(bob, { limit: 2 })
  t.same(texts(newest), ['4', '5'])
  t.match(newest, { more: true, cursor: '5-mh4k2c9z' })

  const older = await messages.page(bob, { before: 4, limit: 3 })
  t.same(texts(older), ['1', '2', '3'])
  t.match(older, { more: false, cursor: '5-mh4k2c9z' })

  const next = await messages.page(bob, { after: 1, limit: 2 })
  t.same(texts(next), ['2', '3'])
  t.match(next, { more: true, cursor: '3-mh4k2c9z' })

  const last = await messages.page(bob, { after: 3, limit: 2 })
  t.same(texts(last), ['4', '5'])
  t.match(last, { more: false, cursor: '5-mh4k2c9z' })
})

t.test('a page can be of one conversation', async (t) => {
  const { messages, ann, bob, cid } = await openRoom()
  await messages.direct(ann, { to: 'bob', text: 'to bob', whenOffline: 'keep' })
  await messages.direct(bob, { to: 'ann', text: 'from bob', whenOffline: 'keep' })
  await messages.direct(ann, { to: 'cid', text: 'to cid', whenOffline: 'keep' })
  await messages.broadcast(bob, 'to all')
  t.same(texts(await messages.page(ann, { with: 'Bob', limit: 9 })), ['to bob', 'from bob'])
  t.same(texts(await messages.page(cid, { with: 'bob', limit: 9 })), [])
})

t.test('an invalid query of a page is refused', async (t) => {
  const { messages, ann } = await openRoom()
  const wrong = { after: 1, before: 3, limit: 2 }
  t.match(await refusalOf(() => messages.page(ann, wrong)), {
    code: 'invalid-request',
    errors: [{ parameter: 'before', detail: 'must not be given together with after' }],
  })
  for (const name of ['dan', '', 'x'.repeat(1000)]) {
    const refused = await refusalOf(() => messages.page(ann, { with: name, limit: 2 }))
    t.equal(refused.code, 'unknown-recipient', name)
  }
})

t.test('errors of the store become different problems', async (t) => {
  const { messages, store, ann } = await openRoom()
  const calls = [
    () => messages.broadcast(ann, 'hi'),
    () => messages.replay(ann, { kind: 'broadcast', text: 'hi' }, 'key'),
    () => messages.page(ann, { limit: 2 }),
    () => messages.page(ann, { limit: 2, with: 'bob' }),
    () => messages.find(ann, 1),
  ]
  store.failure = new Unavailable('away')
  for (const call of calls) {
    t.match(await refusalOf(call), { code: 'unavailable', retryAfter: 2 })
  }
  store.failure = new OutcomeUnknown('lost')
  for (const call of calls) {
    t.match(await refusalOf(call), { code: 'outcome-unknown', retryAfter: 2 })
  }
  store.failure = new Error('a mistake')
  for (const call of calls) await t.rejects<unknown>(call(), store.failure)
})
