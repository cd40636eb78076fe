import type { TransactionSql } from 'postgres'
import type { Connection } from './connection.ts'

/** The class of every advisory lock of the log: "Obro" in ASCII, as in the migrations. */
export const lockClass = 1331851887

/** The numbers of the locks in that class. The migrations take the first three. */
export const locks = {
  log: 1,
  sessionsAndPresence: 2,
  retention: 3,
  migrations: 4,
  /** Shared by whoever takes a name, exclusive for whoever rebuilds the forms of all names. */
  nameForms: 5,
} as const

/** A large database takes its time, and the other nodes wait for the lock meanwhile. In ms. */
const timeoutMs = 600_000

export type Transaction = TransactionSql<{ bigint: number }>

/** Runs a transaction of up to ten minutes that one node at a time may run. */
export async function runExclusively(
  connection: Connection,
  lock: number,
  work: (sql: Transaction) => Promise<void>,
): Promise<void> {
  const timeout = `${timeoutMs}ms`
  await connection.run(
    (sql) =>
      sql.begin(async (sql) => {
        await sql`
          SELECT set_config('lock_timeout', ${timeout}, true),
            set_config('statement_timeout', ${timeout}, true)`
        await sql`SELECT pg_advisory_xact_lock(${lockClass}, ${lock})`
        await work(sql)
      }),
    timeoutMs,
  )
}
