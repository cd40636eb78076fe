import { formatEpoch } from '../epochs.ts'
import { toEntry } from '../rows.ts'
import type { Entry, LogBounds, PresentSession, StoreUpdate } from '../store.ts'
import { toLogBounds } from './log/bounds.ts'
import type { PollPosition, PollResult } from './poll-changes.ts'
import { ReplicaPresence } from './replica-presence.ts'

/** What a look makes known. */
export interface StateChange {
  diverged?: LogBounds
  update?: StoreUpdate
  /** Whether another look would find more. */
  hasMore: boolean
}

/** What the follower has been told: the log's bounds, and who is present. */
export class ReplicaState {
  #bounds: LogBounds | undefined
  readonly #presence = new ReplicaPresence()

  /** Once there was a look. */
  get bounds(): LogBounds {
    return this.#bounds as LogBounds
  }

  /** Before the first look: of the log its bounds alone are wanted. */
  get position(): PollPosition {
    return {
      head: this.#bounds?.head ?? Number.MAX_SAFE_INTEGER,
      changeSeq: this.#presence.changeSeq,
    }
  }

  presentSessions(): PresentSession[] {
    return this.#presence.list()
  }

  /** Whether nothing of an bounds is yet to be told. */
  isCaughtUpTo({ epoch, head }: LogBounds): boolean {
    return epoch === this.bounds.epoch && head <= this.bounds.head
  }

  /** Own entries, where they go on from what was told: then no look is needed. */
  applyOwnAppend(entries: Entry[], epoch: string): StoreUpdate | undefined {
    const { bounds } = this
    if (epoch !== bounds.epoch || entries[0]?.id !== bounds.head + 1) return undefined
    this.#bounds = { ...bounds, head: bounds.head + entries.length }
    return { entries, bounds: this.#bounds, ended: [], entered: [], left: [] }
  }

  /** @param position what had been seen when the look was sent; own entries may have been told since */
  applyPoll(result: PollResult, position: PollPosition): StateChange {
    const bounds = toLogBounds(result)
    const before = this.#bounds
    const entries = result.entries.map(toEntry).filter(({ id }) => before && id > before.head)
    const diverged = before && hasDiverged(before, result, position)
    if (diverged) {
      this.#bounds = bounds
      // Another log has other sessions, too.
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

/** Another epoch, a head that fell, or a hole: what is told no longer goes on from what was. */
function hasDiverged(before: LogBounds, result: PollResult, position: PollPosition): boolean {
  return (
    formatEpoch(result.born) !== before.epoch ||
    result.head < position.head ||
    (result.head > position.head && result.entries[0]?.id !== position.head + 1)
  )
}
