import type { RoomRefusal } from '../store/room-store.ts'
import { notAccepted } from './blocks.ts'
import { Problem, type ProblemCode } from './problems.ts'
import { sessionEnded } from './sessions.ts'

/** What clients are told where a room, or what the store knows of it, stands against a call. */
export const roomRefusals: Readonly<
  Record<Exclude<RoomRefusal, 'session-ended'> | 'room-archived', readonly [ProblemCode, string]>
> = {
  'key-reused': [
    'idempotency-key-reused',
    'This Idempotency-Key stands for something else. Use a new key for another room.',
  ],
  'unknown-room': [
    'unknown-room',
    'There is no room with this name, or it is private and you are not a member of it.',
  ],
  'unknown-user': ['unknown-person', 'Nobody is registered under this username.'],
  'room-name-taken': [
    'room-name-taken',
    'A room with this name, or with one that reads or looks the same, exists already. Choose another.',
  ],
  banned: ['forbidden', 'This room has banned you.'],
  'target-banned': ['forbidden', 'This room has banned this person. Lift the ban first.'],
  'not-accepted': notAccepted,
  'needs-moderator': ['forbidden', 'Only moderators and owners of this room may do this.'],
  'needs-owner': ['forbidden', 'Only owners of this room may do this.'],
  'not-outranked': [
    'forbidden',
    'You may do this only to people whose role in this room is lower than yours.',
  ],
  'not-a-member': ['not-a-member', 'Only members of this room may do this. Join it first.'],
  'room-archived': ['room-archived', 'Nobody can write to this room while it is archived.'],
  'cannot-open': ['cannot-open', 'A private room stays private. Make an open one instead.'],
  'last-owner': [
    'last-owner',
    'You are the last owner of this room. Make someone else an owner first, or leave it.',
  ],
  'too-many-rooms': [
    'too-many-rooms',
    'You are in as many rooms as one may join by oneself. Leave one first.',
  ],
  'room-full': ['room-full', 'This room has as many members as a room may have.'],
}

export function roomProblem(refusal: RoomRefusal): Problem {
  return refusal === 'session-ended' ? sessionEnded() : new Problem(...roomRefusals[refusal])
}
