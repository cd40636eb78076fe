import t from 'tap'
import {
  Conversations,
  conversationId,
  parseBefore,
  parseConversation,
  parseTypingConversation,
  toConversation,
} from '../../src/chat/conversations.ts'
import type {
  Conversation,
  ConversationRefusal,
  ConversationStore,
} from '../../src/store/conversation-store.ts'
import { OutcomeUnknown, Unavailable } from '../../src/store/store-errors.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const ann = { id: 1, username: 'Ann' }
const bob = { id: 2, username: 'Bob' }
const bounds = { head: 7, oldest: 1, epoch: '00000000' }

const withBob: Conversation = {
  ref: { type: 'direct', with: bob },
  title: 'Bob',
  last: { kind: 'message', id: 5, from: bob, to: ann, room: null, text: 'hi', sentAt: 0 },
  lastId: 5,
  readUpTo: 4,
  unread: 1,
  mentioned: 0,
  muted: false,
  asOf: 7,
}

/** Answers every call with what the test has set, and keeps what it was asked. */
class ScriptedConversations implements ConversationStore {
  readonly asked: unknown[][] = []
  outcome: 'done' | 'stale' | ConversationRefusal = 'done'
  failure: Error | undefined

  list = async (...asked: unknown[]) => {
    await this.#ask(asked)
    return { conversations: [withBob], more: true, bounds }
  }
  find = async (...asked: unknown[]) => this.#result(asked)
  mute = async (...asked: unknown[]) => this.#result(asked)
  markRead = async (...asked: unknown[]) => this.#ask(asked)
  tellTyping = async (...asked: unknown[]) => {
    const outcome = await this.#ask(asked)
    return outcome === 'stale' ? 'done' : outcome
  }

  async #result(asked: unknown[]) {
    const outcome = await this.#ask(asked)
    if (outcome === 'done' || outcome === 'stale')
      return { kind: 'done', conversation: withBob } as const
    return { kind: outcome }
  }

  async #ask(asked: unknown[]) {
    this.asked.push(asked)
    if (this.failure) throw this.failure
    return this.outcome
  }
}

async function open() {
  const store = new MemoryStore()
  const scripted = new ScriptedConversations()
  const conversations = new Conversations({
    accounts: store.accounts,
    conversations: scripted,
    staff: store.staff,
  })
  const account = { ...ann, createdAt: 0, role: 'member' } as const
  const session = { id: 3, account, createdAt: 0, expiresAt: 1, nonce: 'n' }
  return { scripted, conversations, session, account }
}

t.test('the id of a conversation says whose it is', async (t) => {
  t.same(parseConversation('everyone'), { type: 'everyone' })
  t.same(parseConversation('room:Tea'), { type: 'room', room: 'Tea' })
  t.same(parseConversation('direct:room:x'), { type: 'direct', username: 'room:x' })
  t.same(parseConversation('room:'), { type: 'room', room: '' }, 'which no room has')
  t.same(parseTypingConversation('direct:Bob'), { type: 'direct', username: 'Bob' })
  t.equal(conversationId({ type: 'everyone' }), 'everyone')
  t.equal(conversationId({ type: 'room', room: { id: 9, name: 'Tea' } }), 'room:Tea')
  t.equal(conversationId({ type: 'direct', with: bob }), 'direct:Bob')
  for (const id of ['', 'Everyone', 'everyone:', 'Room:tea', 'tea', ' room:tea']) {
    const refused = await refusalOf(async () => parseConversation(id))
    t.equal(refused.code, 'invalid-request')
    t.match(refused.errors, [{ parameter: 'conversation', detail: /"room:"/ }])
  }
  const everyone = await refusalOf(async () => parseTypingConversation('everyone'))
  t.match(everyone.errors, [{ parameter: 'conversation', detail: /direct conversation/ }])
})

t.test('a place in the list is a lastId, alone or with the id of its conversation', async (t) => {
  t.equal(parseBefore(undefined), null)
  t.same(parseBefore('0'), { lastId: 0, id: null })
  t.same(parseBefore('12,room:Tea'), { lastId: 12, id: 'room:Tea' })
  t.same(parseBefore('12,everyone'), { lastId: 12, id: 'everyone' })
  for (const text of ['', 'x', '01', '-1', '1,', '1,tea', '1;everyone', `${2 ** 53}`]) {
    const refused = await refusalOf(async () => parseBefore(text))
    t.match(refused.errors, [{ parameter: 'before', detail: /lastId/ }], text)
  }
})

t.test('clients get a conversation with its newest message; a title only of a room', async (t) => {
  const { ref: _, title: __, ...rest } = withBob
  const last = {
    id: 5,
    kind: 'direct',
    from: 'Bob',
    to: 'Ann',
    text: 'hi',
    sentAt: '1970-01-01T00:00:00.000Z',
  }
  t.same(toConversation(withBob), { ...rest, id: 'direct:Bob', last })
  t.same(toConversation({ ...withBob, ref: { type: 'everyone' }, title: 'everyone', last: null }), {
    ...rest,
    id: 'everyone',
    last: null,
  })
  const tea = { type: 'room', room: { id: 9, name: 'tea' } } as const
  t.same(toConversation({ ...withBob, ref: tea, title: 'Tea', last: null }), {
    ...rest,
    id: 'room:tea',
    title: 'Tea',
    last: null,
  })
})

t.test('the store is asked by keys', async (t) => {
  const { scripted, conversations, session, account } = await open()
  const query = { before: { lastId: 5, id: 'room:Tea' }, limit: 2 }
  t.same(await conversations.list(session, query), {
    conversations: [withBob],
    more: true,
    cursor: '7-00000000',
  })
  t.same(await conversations.find(session, { type: 'everyone' }), withBob)
  t.same(await conversations.mute(session, { type: 'room', room: 'TEA' }, true), withBob)
  const upTo = { id: 6, epoch: null }
  await conversations.markRead(session, { type: 'direct', username: 'BOB' }, upTo)
  await conversations.tellTyping(session, { type: 'direct', username: 'bob' })
  t.same(scripted.asked.splice(0), [
    [account, query],
    [account, { type: 'everyone' }],
    [session, { type: 'room', key: 'tea' }, true],
    [session, { type: 'direct', key: 'bob' }, upTo],
    [account, { type: 'direct', key: 'bob' }],
  ])
  await conversations.find(session, { type: 'direct', username: 'Straße' })
  t.same(scripted.asked, [[account, { type: 'direct', key: 'strasse' }]], 'its key of today')
})

t.test('calls that someone is typing are gathered, until it is closed', async (t) => {
  const { scripted, conversations, session } = await open()
  const name = { type: 'room', room: 'tea' } as const
  await conversations.tellTyping(session, name)
  await conversations.tellTyping(session, name)
  t.equal(scripted.asked.length, 1)
  conversations.close()
  await conversations.tellTyping(session, name)
  t.equal(scripted.asked.length, 2)
  conversations.close()
})

t.test('what the store refuses has a code', async (t) => {
  const { scripted, conversations, session } = await open()
  const name = { type: 'room', room: 'tea' } as const
  const calls = [
    () => conversations.find(session, name),
    () => conversations.mute(session, name, true),
    () => conversations.markRead(session, name, { id: 1, epoch: null }),
    () => conversations.tellTyping(session, name),
  ]
  for (const [outcome, code] of [
    ['unknown-room', 'unknown-room'],
    ['not-a-member', 'not-a-member'],
    ['unknown-user', 'unknown-recipient'],
    ['session-ended', 'unauthorized'],
  ] as const) {
    scripted.outcome = outcome
    for (const call of calls) t.equal((await refusalOf(call)).code, code)
  }
  scripted.outcome = 'stale'
  const [, , markRead] = calls
  t.equal((await refusalOf(markRead as () => Promise<void>)).code, 'stale-cursor')
})

t.test('errors of the store are problems', async (t) => {
  const { scripted, conversations, session } = await open()
  scripted.failure = new Unavailable('away')
  const query = { before: null, limit: 1 }
  t.equal((await refusalOf(() => conversations.list(session, query))).code, 'unavailable')
  scripted.failure = new OutcomeUnknown('lost')
  const muted = () => conversations.mute(session, { type: 'everyone' }, true)
  t.equal((await refusalOf(muted)).code, 'outcome-unknown')
})
