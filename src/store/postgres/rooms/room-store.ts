import type { RoomStore } from '../../room-store.ts'
import type { ChangePoller } from '../change-poller.ts'
import type { Pool } from '../pool.ts'
import { executeRoomCommand } from './execute.ts'
import { MembershipReader } from './memberships.ts'
import { findRoom, listBans, listMembers, listRooms } from './room-queries.ts'

interface Parts {
  pool: Pool
  /** For commands, each of which waits for the log's lock. */
  commandPool: Pool
  poller: ChangePoller
}

export function openRoomStore({ pool, commandPool, poller }: Parts): RoomStore {
  const membershipReader = new MembershipReader(pool)
  return {
    execute: async (session, command, idempotency) => {
      const executed = await executeRoomCommand(commandPool, session, command, idempotency)
      if (executed.written) await poller.publishWritten(executed.written)
      return executed.outcome
    },
    find: (viewer, room) => findRoom(pool, viewer, room),
    list: (viewer, query) => listRooms(pool, viewer, query),
    members: (viewer, room, range) => listMembers(pool, viewer, room, range),
    bans: (viewer, room, range) => listBans(pool, viewer, room, range),
    memberships: async (account) =>
      (await poller.awaitCaughtUp(membershipReader.read(account))).memberships,
  }
}
