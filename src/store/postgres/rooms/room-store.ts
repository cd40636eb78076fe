import { CommandBatcher } from '../../command-batcher.ts'
import type { RoomCall, RoomOutcome, RoomStore } from '../../room-store.ts'
import type { ChangePoller } from '../change-poller.ts'
import type { Executed } from '../log/decide-in-log.ts'
import type { Pool } from '../pool.ts'
import { executeRoomCommands } from './execute.ts'
import { countIndependent } from './independent-calls.ts'
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
  const commands = new CommandBatcher<RoomCall, Executed<RoomOutcome>>({
    run: (calls) => executeRoomCommands(commandPool, calls),
    countTogether: countIndependent,
  })
  return {
    execute: async (session, command, idempotency) => {
      const executed = await commands.execute({ session, command, idempotency })
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
