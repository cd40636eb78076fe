import type {
  ChatMessage,
  ConversationSummary,
  Room,
  StateEvent,
} from '../../../../src/client/state/index.ts'
import { streamEvent } from '../../../../src/client/state/index.ts'
import {
  type Audience,
  type Data,
  type Entry,
  isHidden,
  mayRead,
  mayReadRoom,
  roomOfAudience,
  type StoredMessage,
  type StoredRoom,
} from './log.ts'

const sentAt = '2026-11-30T12:00:00.000Z'

/** A conversation's id, to the user. */
export function conversationIdOf(data: Data, user: string, audience: Audience): string {
  const room = roomOfAudience(data, audience)
  if (room) return `room:${room.name}`
  if (audience === 'everyone') return audience
  const names = audience.slice('direct:'.length).split('|')
  return `direct:${names.find((name) => name !== user) ?? user}`
}

/** A message as it is now; `onPage`: with its reactions. */
export function messageBody(
  data: Data,
  message: StoredMessage,
  user: string,
  onPage = false,
): ChatMessage {
  const { id, audience, from, to, text, mentions, edited, deleted } = message
  const room = roomOfAudience(data, audience)
  const kind = room
    ? { kind: 'room', room: room.name }
    : to
      ? { kind: 'direct', to }
      : { kind: 'broadcast' }
  const base = { id, ...kind, from, sentAt }
  if (deleted || isHidden(data, message))
    return { ...base, text: '', deletedAt: sentAt } as unknown as ChatMessage
  const reactions = Object.entries(message.reactions).flatMap(([emoji, by]) =>
    by.length === 0
      ? []
      : [{ emoji, count: by.length, me: by.includes(user), by: by.slice(0, 20) }],
  )
  return {
    ...base,
    text,
    ...(mentions.length > 0 && { mentions }),
    ...(edited && { editedAt: sentAt }),
    ...(onPage && { reactions }),
  } as unknown as ChatMessage
}

export function roomBody(room: StoredRoom, user?: string): Room {
  const { name, title, access, history, members } = room
  const role = user === undefined ? undefined : members[user]?.role
  const memberCount = Object.keys(members).length
  return {
    ...{ name, title, topic: '', access, history, archived: false, createdAt: sentAt, memberCount },
    ...(role && { role, joinedAt: sentAt }),
  } as Room
}

export function conversationBody(
  data: Data,
  user: string,
  audience: Audience,
  maxCount: number,
): ConversationSummary {
  const messages = Object.values(data.messages).filter(
    (message) => message.audience === audience && mayRead(data, user, message),
  )
  const last = messages.at(-1)
  const room = roomOfAudience(data, audience)
  const readUpTo = data.markers[`${user} ${audience}`] ?? 0
  const unread = messages.filter(
    ({ id, from, deleted }) => id > readUpTo && from !== user && !deleted,
  )
  const mentioned = unread.filter(({ mentions }) => mentions.includes(user))
  return {
    id: conversationIdOf(data, user, audience),
    ...(room && { title: room.title }),
    last: last ? messageBody(data, last, user) : null,
    lastId: last?.id ?? room?.members[user]?.joined ?? 0,
    readUpTo,
    unread: Math.min(maxCount, unread.length),
    mentioned: Math.min(maxCount, mentioned.length),
    muted: data.muted[`${user} ${audience}`] === true,
    asOf: data.log.length,
  }
}

/** What a stream of the user says of an entry, as of now. */
export function eventBody(data: Data, user: string, entry: Entry, cursor: string): StateEvent {
  const { kind, audience, actor, target, ref, detail } = entry
  const room = roomOfAudience(data, audience)
  const message = data.messages[kind === 'message' ? entry.id : ref]
  const name = room?.name as string
  const event = (type: string, data: object) => streamEvent(type, data, cursor) as StateEvent
  const member = {
    ...{ room: name, username: target, role: detail, by: actor },
    memberCount: Object.keys(room?.members ?? {}).length,
  }
  const told = () => messageBody(data, message as StoredMessage, user)
  const reaction = () => ({
    ...{ messageId: ref, by: actor, emoji: detail, ...(room && { room: name }) },
    count: message?.reactions[detail]?.length ?? 0,
  })
  switch (kind) {
    case 'message':
      return event('message', told())
    case 'updated':
      return event('message.updated', told())
    case 'deleted':
      return event('message.deleted', { ...told(), by: actor })
    case 'reacted':
      return event('reaction.added', reaction())
    case 'unreacted':
      return event('reaction.removed', reaction())
    case 'erased':
      return event('messages.erased', { from: target })
    case 'room-updated':
      return event('room.updated', roomBody(room as StoredRoom))
    case 'room-deleted':
      return event('room.deleted', { room: name })
    case 'role':
      return event('member.updated', member)
    case 'joined': {
      if (target !== user) return event('member.joined', member)
      const whole = mayReadRoom(room as StoredRoom, user)
        ? roomBody(room as StoredRoom, user)
        : { name }
      return event('room.joined', { room: whole, role: detail, by: actor })
    }
    case 'left':
      if (target !== user) return event('member.left', member)
      return event('room.left', { room: name, by: actor, reason: 'left' })
  }
}
