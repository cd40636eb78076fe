import type { LogBounds } from './message-log.ts'

/** Deletes what has expired, and what of deleted messages is still stored. */
export interface RetentionStore {
  /**
   * One small step of deletion, at most 1,000 rows of each kind:
   * - entries sent before `before`, up to the first that was not, and never the newest;
   * - memberships that ended before the oldest entry;
   * - idempotency keys older than 24 hours;
   * - expired sessions that are not present;
   * - on SQLite, with the last step, the copy of the database that an upgrade left seven days ago.
   *
   * @param before Unix milliseconds; undefined keeps every entry
   * @returns `more`: whether another step would delete something
   */
  deleteExpired(before: number | undefined): Promise<{ more: boolean; bounds: LogBounds }>

  /**
   * One small step of deleting records of the staff from before `before`, and setup codes that have expired,
   * at most 1,000 of each.
   *
   * @param before Unix milliseconds; undefined keeps every record
   * @returns `more`: whether another step would delete something
   */
  deleteRecords(before: number | undefined): Promise<{ more: boolean }>

  /**
   * Whether all steps of `deleteExpired` would delete more than a tenth of the log, perhaps because of
   * a wrong clock.
   */
  wouldDeleteOverTenth(before: number): Promise<boolean>

  /**
   * One small step of removing what nobody can read any more: blanks at most 100 messages of deleted rooms.
   * On SQLite the last step truncates the write-ahead log, which keeps deleted texts; where a long read holds
   * that up, a later call tries again. Costs next to nothing where nothing was deleted.
   *
   * @returns `more`: whether deleted rooms have more to blank
   */
  eraseDeleted(): Promise<{ more: boolean }>
}
