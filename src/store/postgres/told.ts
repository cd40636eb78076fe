import { toEntry } from '../entry-row.ts'
import { epochTag } from '../epoch-tag.ts'
import type { Entry, Extent, News, PresentSession } from '../store.ts'
import { toExtent } from './log/extent.ts'
import type { Look, Seen } from './look.ts'
import { ToldSessions } from './told-sessions.ts'

/** What a look makes known. */
export interface Telling {
  turned?: Extent
  news?: News
  /** Whether another look would find more. */
  more: boolean
}

/** What the follower has been told: the log's edges, and who is present. */
export class Told {
  #extent: Extent | undefined
  readonly #sessions = new ToldSessions()

  /** Once there was a look. */
  get extent(): Extent {
    return this.#extent as Extent
  }

  /** Before the first look: of the log its edges alone are wanted. */
  get seen(): Seen {
    return { head: this.#extent?.head ?? Number.MAX_SAFE_INTEGER, change: this.#sessions.change }
  }

  present(): PresentSession[] {
    return this.#sessions.all()
  }

  /** Whether nothing of an extent is yet to be told. */
  covers({ epoch, head }: Extent): boolean {
    return epoch === this.extent.epoch && head <= this.extent.head
  }

  /** Own entries, where they go on from what was told: then no look is needed. */
  append(entries: Entry[], epoch: string): News | undefined {
    const { extent } = this
    if (epoch !== extent.epoch || entries[0]?.id !== extent.head + 1) return undefined
    this.#extent = { ...extent, head: extent.head + entries.length }
    return { entries, extent: this.#extent, ended: [], entered: [], left: [] }
  }

  /** @param seen what had been seen when the look was sent; own entries may have been told since */
  take(look: Look, seen: Seen): Telling {
    const extent = toExtent(look)
    const before = this.#extent
    const entries = look.entries.map(toEntry).filter(({ id }) => before && id > before.head)
    const turned = before && hasTurned(before, look, seen)
    if (turned) {
      this.#extent = extent
      // Another log has other sessions, too.
      this.#sessions.change = -1
      return { turned: extent, more: true }
    }
    const now = {
      epoch: extent.epoch,
      oldest: extent.oldest,
      head: before ? before.head + entries.length : extent.head,
    }
    this.#extent = now
    const sessions = this.#sessions.take(look)
    const more = now.head < extent.head || this.#sessions.change < look.lastChange
    const happened =
      now.oldest !== before?.oldest ||
      [entries, sessions.ended, sessions.entered, sessions.left].some((list) => list.length > 0)
    return happened ? { more, news: { ...sessions, entries, extent: now } } : { more }
  }
}

/** Another epoch, a head that fell, or a hole: what is told no longer goes on from what was. */
function hasTurned(before: Extent, look: Look, seen: Seen): boolean {
  return (
    epochTag(look.born) !== before.epoch ||
    look.head < seen.head ||
    (look.head > seen.head && look.entries[0]?.id !== seen.head + 1)
  )
}
