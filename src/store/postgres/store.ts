import { StartError, type Store } from '../store.ts'
import { addressesOf } from './addresses.ts'
import { describe } from './failure.ts'
import { Lookout } from './lookout.ts'
import { migrate } from './migrate.ts'
import { renewNameForms } from './name-forms.ts'
import { Node } from './node.ts'
import { Pool } from './pool.ts'
import { PostgresStore } from './postgres-store.ts'

export interface PostgresOptions {
  /**
   * `postgres://…`, as postgres.js takes it: several hosts (tried in turn), `?sslmode=`,
   * `?search_path=` and other settings of the session may stand in it.
   */
  databaseUrl: string
  /** How long this node's people stay present when it dies, in ms, 1,000 to 600,000. */
  presenceLeaseMs: number
  /** How long they stay when it is shut down, in ms: the grace of presence, 0 to 600,000. */
  graceMs: number
  /** Hears, in one sentence, of what the operator should change; each thing once. */
  onWarning?: (warning: string) => void
  /** Connections beside the one that listens; default 10. */
  maxConnections?: number
  /** A call that has no answer by then fails, in ms; default 3,000. */
  answerMs?: number
  /** How often to look for news when no ring tells of any, in ms; default 500, or a 6th of the lease. */
  lookEveryMs?: number
  /** The same where rings do not come through, in ms; default 100. */
  lookDeafMs?: number
  /** How long a ring is waited for before it counts as lost, in ms; default 1,000. */
  ringMs?: number
  /** News is `current` if it was looked for within this, in ms; default 1,000. */
  currentMs?: number
  /** `ping` fails when nothing was reached for so long, in ms; default 5,000. */
  unreachableMs?: number
  /** The follower hears `lost` when nothing was reached for so long, in ms; default 10,000. */
  lostMs?: number
  /** A folder of `.sql` files; default: those of this version. */
  migrations?: string
}

/**
 * Opens the store in a database, which other nodes may have open, too.
 *
 * @throws {StartError} one line for the person who started the server
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { databaseUrl, presenceLeaseMs: leaseMs, graceMs, answerMs = 3_000 } = options
  const pool = new Pool({
    addresses: addressesOf(databaseUrl),
    maxConnections: options.maxConnections ?? 10,
    answerMs,
  })
  const node = new Node(pool, leaseMs)
  const { promise: deaf, resolve: onDeaf } = Promise.withResolvers<void>()
  void deaf.then(() => options.onWarning?.(deafWarning))
  const lookout = new Lookout(pool, node, {
    leaseMs,
    graceMs,
    answerMs,
    lookEveryMs: options.lookEveryMs ?? Math.min(500, leaseMs / 6),
    lookDeafMs: options.lookDeafMs ?? 100,
    ringMs: options.ringMs ?? 1_000,
    currentMs: options.currentMs ?? 1_000,
    lostMs: options.lostMs ?? 10_000,
    onDeaf,
  })
  const unreachableMs = options.unreachableMs ?? 5_000
  try {
    await lookout.start(async (line) => {
      await migrate(line, options.migrations)
      await renewNameForms(line)
    })
    return new PostgresStore({ pool, node, lookout, graceMs, unreachableMs })
  } catch (error) {
    await lookout.close()
    await pool.close()
    throw startError(error)
  }
}

const deafWarning =
  'Notifications of PostgreSQL do not come through, perhaps for a pooler in between: ' +
  'news is looked for more often instead, which costs more'

/** The messages of the driver and of PostgreSQL name hosts and people, never a password. */
function startError(error: unknown): StartError {
  if (error instanceof StartError) return error
  return new StartError(`The database cannot be used: ${describe(error as Error)}`, {
    cause: error,
  })
}
