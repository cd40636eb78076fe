import type { Ask } from './connection.ts'

/** Adds the epoch of this life of the database, unless it is there. */
export const beginEpoch: Ask<unknown> = (sql) => sql`SELECT obrol_begin_epoch()`
