import type { OnlinePage, Presence, Ready } from '../types.ts'
import { askMembers, askOnline, withoutAsks } from './asks.ts'
import type { Ask, ChatState } from './chat-state.ts'
import type { ConversationId, RoomMember } from './contract-types.ts'

/** If `ready` leaves the names out, they are asked for. */
export function applyOnline(state: ChatState, { online, onlineCount }: Ready): ChatState {
  const next = withoutAsks(state, ({ kind }) => kind === 'online')
  if (online) return withNames(next, online, onlineCount, true)
  return askOnline(withNames(next, state.online.names, onlineCount, false))
}

export function applyPresence(state: ChatState, presence: Presence): ChatState {
  const { joined, left, onlineCount, resync } = presence
  const names = new Set(state.online.names)
  for (const name of left) names.delete(name)
  for (const name of joined) names.add(name)
  const next = withNames(state, names, onlineCount, state.online.complete)
  return resync ? askOnline(next) : next
}

/** Past one page the members of opened rooms say who of them is online. */
export function takeOnline(state: ChatState, { users, count, more }: OnlinePage): ChatState {
  const names = users.map(({ username }) => username)
  const next = withNames(state, names, count, !more)
  const shown = [...state.conversations.values()].filter(({ members }) => more && members)
  return shown.reduce((before, { id }) => askMembersAnew(before, id), next)
}

function askMembersAnew(state: ChatState, id: ConversationId): ChatState {
  const isAsked = (ask: Ask) => ask.kind === 'members' && ask.conversation === id
  return askMembers(withoutAsks(state, isAsked), id)
}

/** A page of members says who of them is online. */
export function withOnlineMembers(state: ChatState, members: readonly RoomMember[]): ChatState {
  if (state.online.complete) return state
  const names = new Set(state.online.names)
  for (const { username, online } of members)
    if (online) names.add(username)
    else names.delete(username)
  return withNames(state, names, state.online.count, false)
}

/** Past the bound the last names are left out. */
function withNames(
  state: ChatState,
  names: Iterable<string>,
  count: number,
  complete: boolean,
): ChatState {
  const all = [...names]
  const held = all.slice(0, state.bounds.online)
  const online = {
    names: new Set(held),
    count,
    complete: complete && held.length === all.length,
  }
  return { ...state, online }
}
