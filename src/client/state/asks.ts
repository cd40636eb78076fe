import type { Ask, ChatState } from './chat-state.ts'
import type { ConversationId } from './contract-types.ts'
import { roomOf } from './stream-events.ts'

/** The server's longest page of conversations, of members and of online users. */
const conversationsPage = 200
const namesPage = 1_000

type Wanted = Pick<Ask, 'kind' | 'path'> & Partial<Pick<Ask, 'conversation' | 'before'>>

/**
 * Adds an ask, unless the same is being asked already. Before it is known where the stream begins,
 * nothing is asked about a conversation: the stream would not tell what changed since.
 */
function ask(state: ChatState, wanted: Wanted): ChatState {
  const { kind, path, conversation, before } = wanted
  if (conversation !== undefined && state.cursor === undefined) return state
  const asked = state.asks.some((each) => each.kind === kind && each.conversation === conversation)
  if (asked) return state
  const added = { id: state.nextAsk, kind, path, conversation, before, since: [] }
  return { ...state, asks: [...state.asks, added], nextAsk: state.nextAsk + 1 }
}

export function askConversations(state: ChatState, before?: { lastId: number; id: string }) {
  const from = before && `${before.lastId},${before.id}`
  const query = queryOf({
    before: from,
    limit: Math.min(conversationsPage, state.bounds.conversations),
  })
  return ask(state, { kind: 'conversations', path: `/v1/conversations${query}` })
}

export function askConversation(state: ChatState, id: ConversationId): ChatState {
  const path = `/v1/conversations/${encodeURIComponent(id)}`
  return ask(state, { kind: 'conversation', path, conversation: id })
}

/** Asks for the newest messages, or for those before an id. */
export function askMessages(state: ChatState, id: ConversationId, before?: number): ChatState {
  const kind = before === undefined ? 'messages' : 'older'
  const room = roomOf(id)
  const path = room === undefined ? '/v1/messages' : `${pathOfRoom(room)}/messages`
  const partner = id.startsWith('direct:') ? id.slice(7) : undefined
  const query = queryOf({ with: partner, before, limit: state.bounds.page })
  return ask(state, { kind, path: path + query, conversation: id, before })
}

export function askRoom(state: ChatState, id: ConversationId): ChatState {
  return ask(state, { kind: 'room', path: pathOfRoom(roomOf(id)), conversation: id })
}

/** Asks for the members, or for those after a name. */
export function askMembers(state: ChatState, id: ConversationId, after?: string): ChatState {
  const query = queryOf({ after, limit: Math.min(namesPage, state.bounds.members) })
  const path = `${pathOfRoom(roomOf(id))}/members${query}`
  return ask(state, { kind: 'members', path, conversation: id })
}

export function askOnline(state: ChatState): ChatState {
  if (state.bounds.online === 0) return state
  const query = queryOf({ limit: Math.min(namesPage, state.bounds.online) })
  return ask(state, { kind: 'online', path: `/v1/users/online${query}` })
}

/** Removes the asks for which the answer no longer counts. */
export function withoutAsks(state: ChatState, isOver: (ask: Ask) => boolean): ChatState {
  const asks = state.asks.filter((each) => !isOver(each))
  return asks.length === state.asks.length ? state : { ...state, asks }
}

function pathOfRoom(name: string | undefined): string {
  return `/v1/rooms/${encodeURIComponent(name as string)}`
}

function queryOf(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return `?${given.map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`).join('&')}`
}
