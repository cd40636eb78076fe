import type { Test } from 'tap'
import type { Settings } from '../../../src/settings.ts'
import type { Room, RoomOptions } from '../../support/room.ts'
import type { Member } from '../support/crowd.ts'

/** How a room comes about in which people behave: one server, or several on one database. */
export type OpenRoom = (t: Test, options?: RoomOptions) => Promise<Room>

/** A room in which people have a session each, and were online when it started, or not. */
export type OpenCrowd = (
  t: Test,
  names: readonly string[],
  options: { present: boolean; graceMs: number; ttlMs?: number; settings?: Partial<Settings> },
) => Promise<{ room: Room; members: Member[] }>
