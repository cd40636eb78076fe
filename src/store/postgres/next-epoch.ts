import type { Query } from './connection.ts'

/** Adds the epoch of this life of the database, unless it is there. */
export const beginEpoch: Query<unknown> = (sql) => sql`SELECT obrol_begin_epoch()`
