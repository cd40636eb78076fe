import type { Caller } from './caller.ts'
import type { Account } from './person.ts'
import type { KeyRange } from './room-store.ts'

/**
 * Whom people have blocked. Who is blocked cannot post, edit, react or type in the direct conversation with
 * them, nor add them to a room: `MessageLog`, `ConversationStore` and `RoomStore` judge that.
 */
export interface BlockStore {
  /** Whom an account has blocked, in the order of their username keys. */
  list(account: number, range: KeyRange): Promise<{ users: Account[]; more: boolean }>

  /**
   * Blocks someone, or does so no more, under the log's lock: once it has resolved, nothing of theirs is
   * stored that a block forbids.
   *
   * @param key of the other's username
   */
  set(caller: Caller, key: string, blocked: boolean): Promise<BlockOutcome>
}

export type BlockOutcome = 'done' | 'session-ended' | 'unknown-user' | 'oneself'
