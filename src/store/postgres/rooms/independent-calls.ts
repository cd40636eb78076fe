import type { RoomCall } from '../../room-store.ts'

/**
 * How many calls, from the first, can be judged by facts from before all of them: no two are about the same
 * room, or about the same person, whose rooms are counted. One that makes a room is alone, since names have
 * to differ.
 */
export function countIndependent(calls: readonly RoomCall[]): number {
  const rooms = new Set<string>()
  const users = new Set<string>()
  for (const [at, { command }] of calls.entries()) {
    if (command.kind === 'create') return Math.max(at, 1)
    const user = 'user' in command ? command.user : undefined
    if (rooms.has(command.room) || (user !== undefined && users.has(user))) return at
    rooms.add(command.room)
    if (user !== undefined) users.add(user)
  }
  return calls.length
}
