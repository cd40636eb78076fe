import type { Message, ObrolEvent, Room, RoomMember, RoomRole } from '../client/index.ts'
import { formatTime, type MessageFormat } from './format.ts'
import type { Paragraph } from './paragraph.ts'
import { safeLine, safeLines } from './safe-text.ts'

const roles: Record<RoomRole, string> = {
  owner: 'an owner',
  moderator: 'a moderator',
  member: 'a member',
}

/** A room in a list: its name, and in the next column what it is. */
export function formatRoom(room: Room): Paragraph {
  const { name, title, topic, memberCount, role } = room
  const facts = [
    `${memberCount} ${memberCount === 1 ? 'member' : 'members'}`,
    role && (role === 'member' ? 'joined' : `joined, ${role}`),
    ...states(room),
  ]
  const called = title === name ? '' : `${title}, `
  const about = topic === '' ? '' : `: ${topic}`
  const text = `${called}${facts.filter(Boolean).join(', ')}${about}`
  return {
    head: [{ text: `${safeLine(name)}  `, style: 'plain' }],
    lines: [safeLine(text)],
    style: 'faint',
  }
}

/** A member in a list: the name, and in the next column what they are. */
export function formatMember({ username, role, online }: RoomMember): Paragraph {
  return {
    head: [{ text: `${safeLine(username)}  `, style: 'plain' }],
    lines: [online ? `${role}, online` : role],
    style: 'faint',
  }
}

/**
 * What an event changed, as a line that cannot be taken for a message. Undefined for an event that
 * changes no message, membership or room, and for a reaction.
 */
export function formatChange(
  event: ObrolEvent,
  { me, detailed }: MessageFormat,
  now = new Date(),
): Paragraph | undefined {
  const name = (username: string) => (username === me ? 'you' : safeLine(username))
  switch (event.type) {
    case 'message.updated': {
      const { from, text } = event.message
      const which = whichMessage(event.message)
      return {
        head: [{ text: `${name(from)} edited a message${which}: `, style: 'faint' }],
        lines: safeLines(text),
      }
    }
    case 'message.deleted': {
      const { from, by = from } = event.message
      const of = by === from ? '' : ` of ${from === me ? 'yours' : safeLine(from)}`
      return line(`${name(by)} deleted a message${of}${whichMessage(event.message)}`)
    }
    case 'messages.erased':
      return line(`all messages of ${name(event.erased.from)} were deleted`)
    case 'room.joined': {
      const { room, by } = event.joined
      const room_ = safeLine(room.name)
      return line(
        by === me ? `you joined ${room_}` : `${name(by)} added you to ${room_}`,
        'arrival',
      )
    }
    case 'room.left': {
      const { room, by, reason } = event.left
      if (reason === 'left') return line(`you left ${safeLine(room)}`)
      return line(`${name(by)} ${reason} you from ${safeLine(room)}`)
    }
    case 'room.updated':
      return line(`the room ${safeLine(event.room.name)} is now ${describeRoom(event.room)}`)
    case 'room.deleted':
      return line(`the room ${safeLine(event.deleted.room)} was deleted`)
    case 'member.joined':
    case 'member.left':
    case 'member.updated':
      return formatMembership(event, name)
    default:
      return undefined
  }

  function whichMessage(message: Message): string {
    const time = detailed ? ` of ${formatTime(new Date(message.sentAt), now)}` : ''
    if (message.kind === 'room') return `${time} in ${safeLine(message.room)}`
    return message.kind === 'direct' ? `${time} to ${name(message.to)}` : time
  }
}

function formatMembership(
  { type, member }: Extract<ObrolEvent, { member: unknown }>,
  name: (username: string) => string,
): Paragraph {
  const { username, role, by } = member
  const room = safeLine(member.room)
  const who = name(username)
  const alone = username === by
  if (type === 'member.joined')
    return line(alone ? `${who} joined ${room}` : `${name(by)} added ${who} to ${room}`, 'arrival')
  if (type === 'member.left')
    return line(alone ? `${who} left ${room}` : `${name(by)} removed ${who} from ${room}`)
  return line(`${who} ${who === 'you' ? 'are' : 'is'} now ${roles[role]} of ${room}`)
}

function describeRoom(room: Room): string {
  const about = room.topic === '' ? '' : `: ${room.topic}`
  return safeLine([room.title, ...states(room)].join(', ') + about)
}

function states({ access, archived }: Room): string[] {
  return [access === 'private' ? 'private' : '', archived ? 'archived' : ''].filter(Boolean)
}

function line(text: string, style: 'faint' | 'arrival' = 'faint'): Paragraph {
  return { head: [], lines: [text], style }
}
