import {
  type Action,
  type Ask,
  type Bounds,
  type ChatMessage,
  type ChatState,
  type Conversation,
  type ConversationSummary,
  initialState,
  reduce,
  type StateEvent,
  streamEvent,
} from '../../../src/client/state/index.ts'

export const me = 'ann'

/** A broadcast by bob, unless the fields say otherwise. */
export function message(id: number, fields: object = {}): ChatMessage {
  const base = { id, kind: 'broadcast', from: 'bob', text: `text ${id}`, sentAt: '' }
  return { ...base, ...fields } as ChatMessage
}

export function direct(id: number, from: string, to: string): ChatMessage {
  return message(id, { kind: 'direct', from, to })
}

export function inRoom(id: number, room: string, fields: object = {}): ChatMessage {
  return message(id, { kind: 'room', room, ...fields })
}

export function tombstone(id: number, fields: object = {}): ChatMessage {
  return message(id, { text: '', deletedAt: '2026-11-30T12:00:00Z', ...fields })
}

/** A conversation without messages, all read, as of id 10. */
export function summary(
  id: string,
  fields: Partial<ConversationSummary> = {},
): ConversationSummary {
  const counts = { readUpTo: 10, unread: 0, mentioned: 0, muted: false, asOf: 10 }
  return { id, last: null, lastId: 0, ...counts, ...fields }
}

export function room(name: string, fields: object = {}) {
  const rest = { topic: '', access: 'open', history: 'all', archived: false, createdAt: '' }
  return { name, title: name.toUpperCase(), ...rest, memberCount: 2, ...fields }
}

export function page(messages: ChatMessage[], head: number, more = false) {
  return { messages, more, cursor: `${head}-e` }
}

export function members(names: string[], more = false) {
  const list = names.map((username) => ({
    username,
    role: 'member',
    joinedAt: 'then',
    online: false,
  }))
  return { members: list, count: names.length, more }
}

/** An event of the stream; without an id: state, or a kept message. */
export function event(type: string, data: object, id?: number): Action {
  const cursor = id === undefined ? undefined : `${id}-e`
  return { type: 'event', event: streamEvent(type, data, cursor) as StateEvent, now: 0 }
}

export const joined = (name: string, id: number) =>
  event('room.joined', { room: room(name), role: 'member', by: me }, id)

export const ready = (id: number, fields: object = { online: [] }) =>
  event('ready', { user: me, head: id, onlineCount: 0, ...fields }, id)

export const reset = (reason: string, from: number) =>
  event('reset', { reason, from, oldest: 1, head: from }, from)

export const open = (conversation: string): Action => ({ type: 'open', conversation })
export const close = (conversation: string): Action => ({ type: 'close', conversation })
export const older = (conversation: string): Action => ({ type: 'older', conversation })

export function run(state: ChatState, ...actions: Action[]): ChatState {
  return actions.reduce((before, action) => reduce(frozen(before), action), state)
}

/** After the list of conversations was answered at id 10. */
export function begun(
  conversations: ConversationSummary[],
  bounds: Partial<Bounds> = {},
): ChatState {
  const state = initialState(me, bounds)
  return answer(state, 'conversations', { conversations, more: false, cursor: '10-e' })
}

/** With everyone's conversation opened, and its messages answered at id 10. */
export function opened(
  messages: ChatMessage[],
  bounds: Partial<Bounds> = {},
  more = false,
): ChatState {
  const last = messages.at(-1) ?? null
  const state = begun([summary('everyone', { last, lastId: last?.id ?? 0 })], bounds)
  return answer(run(state, open('everyone')), 'messages', page(messages, 10, more))
}

/** With the room x, of which ann is a member, opened, as of id 10. */
export function openedRoom(names = ['ann', 'bob'], bounds: Partial<Bounds> = {}): ChatState {
  let state = run(
    begun([summary('everyone'), summary('room:x', { title: 'X' })], bounds),
    open('room:x'),
  )
  state = answer(state, 'messages', page([inRoom(5, 'x')], 10))
  state = answer(state, 'room', room('x', { role: 'member' }))
  return answer(state, 'members', members(names))
}

function askOf(state: ChatState, kind: Ask['kind'], conversation?: string): Ask {
  const found = state.asks.find(
    (ask) => ask.kind === kind && (conversation === undefined || ask.conversation === conversation),
  )
  if (!found) throw new Error(`${kind} is not asked, but ${asksOf(state)}`)
  return found
}

export function answer(
  state: ChatState,
  kind: Ask['kind'],
  body: unknown,
  conversation?: string,
): ChatState {
  return run(state, { type: 'answer', ask: askOf(state, kind, conversation), body })
}

/** What is asked for, each as `kind of conversation`. */
export function asksOf({ asks }: ChatState): string[] {
  return asks.map(({ kind, conversation }) => (conversation ? `${kind} of ${conversation}` : kind))
}

export function conversation(state: ChatState, id = 'everyone'): Conversation {
  const held = state.conversations.get(id)
  if (!held) throw new Error(`${id} is not held`)
  return held
}

/** The ids of the messages that are held; deleted ones with an x. */
export function idsOf(state: ChatState, id = 'everyone'): string {
  return conversation(state, id)
    .messages.map(({ id, deletedAt }) => (deletedAt ? `${id}x` : id))
    .join(' ')
}

export function textOf(
  state: ChatState,
  id: number,
  conversationId = 'everyone',
): string | undefined {
  return conversation(state, conversationId).messages.find((each) => each.id === id)?.text
}

/** The reducer must change nothing in it. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  const inner = value instanceof Map ? value.values() : Object.values(value)
  for (const each of inner) frozen(each)
  return value
}
