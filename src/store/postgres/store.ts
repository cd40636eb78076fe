import { StartError } from '../start-error.ts'
import type { Store } from '../store.ts'
import { ChangePoller } from './change-poller.ts'
import { describeError } from './classify-error.ts'
import { migrate } from './migrate.ts'
import { updateNameForms } from './name-forms.ts'
import { Node } from './node.ts'
import { Pool } from './pool.ts'
import { PostgresStore } from './postgres-store.ts'
import { serverUrlsOf } from './server-urls.ts'

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
  queryTimeoutMs?: number
  /** How often to look for news when no ring tells of any, in ms; default 500, or a 6th of the lease. */
  pollIntervalMs?: number
  /** The same where rings do not come through, in ms; default 100. */
  fallbackPollIntervalMs?: number
  /** How long a ring is waited for before it counts as lost, in ms; default 1,000. */
  notificationTimeoutMs?: number
  /** `isUpToDate` says true if it was looked for within this, in ms; default 1,000. */
  maxStalenessMs?: number
  /** `ping` fails when nothing was reached for so long, in ms; default 5,000. */
  unreachableMs?: number
  /** The listener hears `disconnected` when nothing was reached for so long, in ms; default 10,000. */
  disconnectAfterMs?: number
  /** A folder of `.sql` files; default: those of this version. */
  migrations?: string
}

/**
 * Opens the store in a database, which other nodes may have open, too.
 *
 * @throws {StartError} one line for the person who started the server
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { databaseUrl, presenceLeaseMs: leaseMs, graceMs, queryTimeoutMs = 3_000 } = options
  const pool = new Pool({
    serverUrls: serverUrlsOf(databaseUrl),
    maxConnections: options.maxConnections ?? 10,
    queryTimeoutMs,
  })
  const node = new Node(pool, leaseMs)
  const { promise: notificationsLost, resolve: onNotificationsLost } = Promise.withResolvers<void>()
  void notificationsLost.then(() => options.onWarning?.(notificationsLostWarning))
  const poller = new ChangePoller(pool, node, {
    leaseMs,
    graceMs,
    queryTimeoutMs,
    pollIntervalMs: options.pollIntervalMs ?? Math.min(500, leaseMs / 6),
    fallbackPollIntervalMs: options.fallbackPollIntervalMs ?? 100,
    notificationTimeoutMs: options.notificationTimeoutMs ?? 1_000,
    maxStalenessMs: options.maxStalenessMs ?? 1_000,
    disconnectAfterMs: options.disconnectAfterMs ?? 10_000,
    onNotificationsLost,
  })
  const unreachableMs = options.unreachableMs ?? 5_000
  try {
    await poller.start(async (connection) => {
      await migrate(connection, options.migrations)
      await updateNameForms(connection)
    })
    return new PostgresStore({ pool, node, poller, graceMs, unreachableMs })
  } catch (error) {
    await poller.close()
    await pool.close()
    throw toStartError(error)
  }
}

const notificationsLostWarning =
  'Notifications of PostgreSQL do not come through, perhaps for a pooler in between: ' +
  'news is looked for more often instead, which costs more'

/** The messages of the driver and of PostgreSQL name hosts and people, never a password. */
function toStartError(error: unknown): StartError {
  if (error instanceof StartError) return error
  return new StartError(`The database cannot be used: ${describeError(error as Error)}`, {
    cause: error,
  })
}
