import type { Query } from '../connection.ts'

/** Adds an epoch for the database's current incarnation, unless there is one. */
export const beginEpoch: Query<unknown> = (sql) => sql`SELECT obrol_begin_epoch()`
