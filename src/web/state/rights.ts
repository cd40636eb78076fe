import type { HeldMessage, Room, RoomRole } from '../../client/state/index.ts'

const rank: Record<RoomRole, number> = { member: 1, moderator: 2, owner: 3 }

/** What the page offers to the user in a room. The server decides. */
export interface RoomRights {
  readonly write: boolean
  readonly add: boolean
  /** Title and topic, bans, and others' messages. */
  readonly moderate: boolean
  /** Roles, archiving, privacy, and the room's end. */
  readonly own: boolean
}

export function rightsIn({ role, access, archived }: Room): RoomRights {
  const moderate = role === 'moderator' || role === 'owner'
  const add = role !== undefined && (moderate || access === 'open')
  return { write: role !== undefined && !archived, add, moderate, own: role === 'owner' }
}

/** Whether someone may remove or ban another member. */
export function isAbove(role: RoomRole | undefined, other: RoomRole): boolean {
  return role !== undefined && role !== 'member' && rank[role] > rank[other]
}

/** What the page offers for a message. */
export interface MessageRights {
  readonly answer: boolean
  readonly edit: boolean
  readonly delete: boolean
}

/** @param room undefined outside of rooms */
export function rightsOver(
  { from, deletedAt }: HeldMessage,
  me: string,
  room: Room | undefined,
): MessageRights {
  if (deletedAt !== undefined) return { answer: false, edit: false, delete: false }
  const { write, moderate } = room ? rightsIn(room) : { write: true, moderate: false }
  return { answer: write, edit: write && from === me, delete: from === me || moderate }
}
