import type { BlockStore } from '../store/block-store.ts'
import type { Account } from '../store/person.ts'
import type { Session } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'
import { findStoredKey } from './accounts.ts'
import { invalidParameter } from './field-errors.ts'
import { Problem } from './problems.ts'
import { sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'
import { lookupKey } from './usernames.ts'

export interface BlocksQuery {
  /** A username: those whose names come after it. */
  after?: string | undefined
  /** 1 to 1,000. */
  limit: number
}

/** Whom people have blocked: `BlockStore` says what that does. */
export class Blocks {
  readonly #store: { accounts: Store['accounts']; blocks: BlockStore }

  constructor(store: { accounts: Store['accounts']; blocks: BlockStore }) {
    this.#store = store
  }

  /** @throws {Problem} `unavailable` */
  list(
    { account }: Session,
    { after, limit }: BlocksQuery,
  ): Promise<{ users: Account[]; more: boolean }> {
    const range = { after: after === undefined ? null : lookupKey(after), limit }
    return mapStoreErrors(this.#store.blocks.list(account.id, range))
  }

  /**
   * Blocks someone, or does so no more.
   *
   * @throws {Problem} `unknown-person`, `invalid-request` for oneself, `unauthorized`, `unavailable`,
   *   `outcome-unknown`
   */
  async set({ id: session }: Session, username: string, blocked: boolean): Promise<void> {
    const { accounts, blocks } = this.#store
    const key = await findStoredKey(accounts, username)
    const outcome = await mapStoreErrors(blocks.set({ kind: 'session', session }, key, blocked))
    if (outcome === 'session-ended') throw sessionEnded()
    if (outcome === 'oneself') throw invalidParameter('username', 'must be that of someone else')
    if (outcome === 'unknown-user')
      throw new Problem('unknown-person', 'Nobody is registered under this username.')
  }
}

/** Someone who was blocked tried what a block forbids. */
export const notAccepted = [
  'not-accepted',
  'This person does not accept this from you: they have blocked you.',
] as const
