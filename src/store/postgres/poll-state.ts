import { formatEpoch } from '../cursor-resolution.ts'
import type { LogBounds, MessageEntry } from '../message-log.ts'
import type { PresentSession } from '../presence-store.ts'
import type { StoreUpdate } from '../store.ts'
import { toLogBounds } from './log/bounds.ts'
import { PolledPresence } from './polled-presence.ts'
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
  readonly #presence = new PolledPresence()

  /** Undefined before the first poll. */
  get bounds(): LogBounds {
    return this.#bounds as LogBounds
  }

  /** Before the first poll it is past any entry, so that poll reads the bounds alone. */
  get position(): PollPosition {
    return {
      head: this.#bounds?.head ?? Number.MAX_SAFE_INTEGER,
      changeSeq: this.#presence.changeSeq,
    }
  }

  presentSessions(): PresentSession[] {
    return this.#presence.list()
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
    return { entries, bounds: this.#bounds, ended: [], entered: [], left: [] }
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
      this.#presence.changeSeq = -1
      return { diverged: bounds, hasMore: true }
    }
    const now = {
      epoch: bounds.epoch,
      oldest: bounds.oldest,
      head: before ? before.head + entries.length : bounds.head,
    }
    this.#bounds = now
    const sessions = this.#presence.applyPoll(result)
    const hasMore = now.head < bounds.head || this.#presence.changeSeq < result.newestChangeSeq
    const hasChanges =
      now.oldest !== before?.oldest ||
      [entries, sessions.ended, sessions.entered, sessions.left].some((list) => list.length > 0)
    return hasChanges ? { hasMore, update: { ...sessions, entries, bounds: now } } : { hasMore }
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
