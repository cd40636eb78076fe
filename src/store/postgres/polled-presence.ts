import type { PresentSession } from '../presence-store.ts'
import type { StoreUpdate } from '../store.ts'
import type { PollResult } from './read-changes.ts'

type SessionUpdate = Pick<StoreUpdate, 'ended' | 'entered' | 'left'>

/** The sessions that were published as present. Those of dead nodes leave as in `node-lease.ts`. */
export class PolledPresence {
  /** The newest change that was applied; -1 if all present sessions must be read again. */
  changeSeq = -1
  #present = new Map<number, PresentSession>()

  list(): PresentSession[] {
    return [...this.#present.values()].sort((one, other) => one.session - other.session)
  }

  /**
   * Applies the changes after `changeSeq`. If some of them were deleted already, or the sequence went
   * back, the next poll reads all present sessions.
   */
  applyPoll({ present, changes, oldestChangeSeq, newestChangeSeq }: PollResult): SessionUpdate {
    if (present !== null) {
      this.changeSeq = newestChangeSeq
      return this.#replaceAll(present)
    }
    if (oldestChangeSeq > this.changeSeq + 1 || newestChangeSeq < this.changeSeq) {
      this.changeSeq = -1
      return { ended: [], entered: [], left: [] }
    }
    return this.#applyChanges(changes)
  }

  #replaceAll(present: PresentSession[]): SessionUpdate {
    const previous = this.#present
    this.#present = new Map(present.map((one) => [one.session, one]))
    return {
      ended: [],
      entered: present.filter(({ session }) => !previous.has(session)),
      left: [...previous.keys()].filter((session) => !this.#present.has(session)),
    }
  }

  /** A session that left and entered again in between counts as neither. */
  #applyChanges(changes: PollResult['changes']): SessionUpdate {
    const ended: number[] = []
    const presentBefore = new Map<number, boolean>()
    for (const { seq, kind, session, person, since } of changes) {
      this.changeSeq = seq
      if (kind === 'ended') {
        ended.push(session)
        continue
      }
      if (!presentBefore.has(session)) presentBefore.set(session, this.#present.has(session))
      if (kind === 'entered') this.#present.set(session, { session, person, since })
      else this.#present.delete(session)
    }
    const entered: PresentSession[] = []
    const left: number[] = []
    for (const [session, wasPresent] of presentBefore) {
      const present = this.#present.get(session)
      if (present && !wasPresent) entered.push(present)
      if (!present && wasPresent) left.push(session)
    }
    return { ended, entered, left }
  }
}
