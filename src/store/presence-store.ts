import type { Person } from './person.ts'
import type { Session } from './session-store.ts'

/** The sessions that are present. A person is online while at least one of theirs is. */
export interface PresenceStore {
  list(): Promise<PresentSession[]>

  /**
   * Adds and removes present sessions in one transaction. A session that is present already or has
   * ended is not added.
   */
  change(change: PresenceChange): Promise<void>
}

export interface PresentSession {
  session: number
  person: Person
  /** Unix milliseconds. */
  since: number
}

export interface PresenceChange {
  /** As they were when they were alive: a session never changes until it ends. */
  enter: readonly Session[]
  leave: readonly number[]
}
