import { askConversation } from './asks.ts'
import { type ChatState, emptyConversation, type HeldMember } from './chat-state.ts'
import type { Room } from './contract-types.ts'
import { dropConversation, putConversation, updateConversation } from './conversations.ts'
import type { Joined, MemberChange, MemberEvent } from './event-types.ts'
import { askOpened } from './opening.ts'
import { roomConversation } from './stream-events.ts'

/**
 * What was held of the room may be of an earlier membership, or of another room that had its name: it
 * is asked for again.
 *
 * @param id of the event
 */
export function applyJoined(state: ChatState, { room, role }: Joined, id: number): ChatState {
  const conversationId = roomConversation(room.name)
  const opened = state.conversations.get(conversationId)?.opened === true
  const whole = 'title' in room ? { ...room, role } : undefined
  const joined = {
    ...emptyConversation(conversationId),
    title: whole?.title ?? room.name,
    lastId: id,
    readUpTo: id,
    asOf: id,
    opened,
    completeFrom: id + 1,
    stale: opened,
    room: whole,
  }
  const next = putConversation(dropConversation(state, conversationId), joined)
  const asked = askConversation(next, conversationId)
  return opened ? askOpened(asked, joined) : asked
}

export function applyGone(state: ChatState, room: string): ChatState {
  return dropConversation(state, roomConversation(room))
}

/** @param id of the event */
export function applyRoomUpdate(state: ChatState, room: Room, id: number): ChatState {
  return updateConversation(state, roomConversation(room.name), (held) => ({
    ...held,
    ...(id > held.asOf && { title: room.title, asOf: id }),
    room: held.room && { ...held.room, ...room },
  }))
}

export function applyMember(
  state: ChatState,
  type: MemberEvent['type'],
  change: MemberChange,
): ChatState {
  const { username, role, memberCount } = change
  return updateConversation(state, roomConversation(change.room), (held) => ({
    ...held,
    room: held.room && {
      ...held.room,
      memberCount,
      ...(username === state.me && type === 'member.updated' && { role }),
    },
    members: held.members && withMember(state, held.members, type, change),
  }))
}

function withMember(
  { bounds }: ChatState,
  held: ReadonlyMap<string, HeldMember>,
  type: MemberEvent['type'],
  { username, role }: MemberChange,
): ReadonlyMap<string, HeldMember> {
  const members = new Map(held)
  const known = members.get(username)
  if (type === 'member.left') members.delete(username)
  else if (known || members.size < bounds.members)
    members.set(username, { username, ...known, role })
  return members
}
