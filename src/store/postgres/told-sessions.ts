import type { News, PresentSession } from '../store.ts'
import type { Look } from './look.ts'

type SessionNews = Pick<News, 'ended' | 'entered' | 'left'>

/** Who the follower has been told is present. */
export class ToldSessions {
  /** The newest change that was told of; -1: those present must be read anew. */
  change = -1
  #present = new Map<number, PresentSession>()

  all(): PresentSession[] {
    return [...this.#present.values()].sort((one, other) => one.session - other.session)
  }

  /**
   * Takes in what a look brought after the newest change. Changes that are no longer kept, or a
   * sequence that went back, make everyone who is present be read anew by the next look.
   */
  take({ present, changes, firstChange, lastChange }: Look): SessionNews {
    if (present !== null) {
      this.change = lastChange
      return this.#takeAll(present)
    }
    if (firstChange > this.change + 1 || lastChange < this.change) {
      this.change = -1
      return { ended: [], entered: [], left: [] }
    }
    return this.#takeChanges(changes)
  }

  #takeAll(present: PresentSession[]): SessionNews {
    const before = this.#present
    this.#present = new Map(present.map((one) => [one.session, one]))
    return {
      ended: [],
      entered: present.filter(({ session }) => !before.has(session)),
      left: [...before.keys()].filter((session) => !this.#present.has(session)),
    }
  }

  /** What counts is the difference: who went and came back in between did not go. */
  #takeChanges(changes: Look['changes']): SessionNews {
    const ended: number[] = []
    const before = new Map<number, boolean>()
    for (const { seq, kind, session, person, since } of changes) {
      this.change = seq
      if (kind === 'ended') {
        ended.push(session)
        continue
      }
      if (!before.has(session)) before.set(session, this.#present.has(session))
      if (kind === 'entered') this.#present.set(session, { session, person, since })
      else this.#present.delete(session)
    }
    const entered: PresentSession[] = []
    const left: number[] = []
    for (const [session, was] of before) {
      const present = this.#present.get(session)
      if (present && !was) entered.push(present)
      if (!present && was) left.push(session)
    }
    return { ended, entered, left }
  }
}
