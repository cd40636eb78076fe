import { formatEpoch } from '../cursor-resolution.ts'
import type { LogBounds, MessageEntry } from '../message-log.ts'
import type { PresentSession } from '../presence-store.ts'
import type { StoreUpdate } from '../store.ts'
import { AppliedChanges } from './applied-changes.ts'
import { toLogBounds } from './log/bounds.ts'
import type { PollPosition, PollResult } from './read-changes.ts'

/** What a poll changed. */
export interface StateChange {
  diverged?: LogBounds
  update?: StoreUpdate
  /** Whether another poll would find more. */
  hasMore: boolean
}

/** What has been published: the log's bounds, and who is present. */
export class PollState {
  #bounds: LogBounds | undefined
  readonly #changes = new AppliedChanges()

  /** Undefined before the first poll. */
  get bounds(): LogBounds {
    return this.#bounds as LogBounds
  }

  /** Before the first poll it is past any entry, so that poll reads the bounds alone. */
  get position(): PollPosition {
    return {
      head: this.#bounds?.head ?? Number.MAX_SAFE_INTEGER,
      changeSeq: this.#changes.changeSeq,
    }
  }

  presentSessions(): PresentSession[] {
    return this.#changes.presentSessions()
  }

  /** Whether everything within these bounds has been published. */
  isCaughtUpTo({ epoch, head }: Pick<LogBounds, 'epoch' | 'head'>): boolean {
    return epoch === this.bounds.epoch && head <= this.bounds.head
  }

  /**
   * @returns undefined if the entries do not follow the published ones, or one was changed before its
   *   outcome was asked for again: then a poll is needed, which tells whom it is hidden from
   */
  applyOwnAppend(entries: MessageEntry[], epoch: string): StoreUpdate | undefined {
    const { bounds } = this
    if (entries.some(({ editedAt, deletedAt }) => editedAt ?? deletedAt)) return undefined
    if (epoch !== bounds.epoch || entries[0]?.id !== bounds.head + 1) return undefined
    this.#bounds = { ...bounds, head: bounds.head + entries.length }
    const none = {
      ended: [],
      renewed: [],
      accounts: [],
      entered: [],
      left: [],
      read: [],
      typing: [],
    }
    return { ...none, entries, bounds: this.#bounds }
  }

  /** @param position as it was when the poll was sent; own appends may have been published since */
  applyPoll(result: PollResult, position: PollPosition): StateChange {
    const bounds = toLogBounds(result)
    const before = this.#bounds
    const entries = result.entries.filter(({ id }) => before && id > before.head)
    const diverged = before && hasDiverged(before, result, position)
    if (diverged) {
      this.#bounds = bounds
      // The sessions may differ as well.
      this.#changes.changeSeq = -1
      return { diverged: bounds, hasMore: true }
    }
    const now = {
      epoch: bounds.epoch,
      oldest: bounds.oldest,
      head: before ? before.head + entries.length : bounds.head,
    }
    this.#bounds = now
    const lists = { ...this.#changes.applyPoll(result), entries }
    const hasMore = now.head < bounds.head || this.#changes.changeSeq < result.newestChangeSeq
    const hasChanges =
      now.oldest !== before?.oldest || Object.values(lists).some((list) => list.length > 0)
    return hasChanges ? { hasMore, update: { ...lists, bounds: now } } : { hasMore }
  }
}

/** Another epoch, a lower head or a gap: the log does not continue what was published. */
function hasDiverged(before: LogBounds, result: PollResult, position: PollPosition): boolean {
  return (
    formatEpoch(result.born) !== before.epoch ||
    result.head < position.head ||
    (result.head > position.head && result.entries[0]?.id !== position.head + 1)
  )
}
