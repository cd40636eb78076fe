import { toStartError } from '../start-error.ts'
import type { Store } from '../store.ts'
import type { OnUpgrade } from '../upgrade-event.ts'
import { ChangePoller } from './change-poller.ts'
import { describeError } from './classify-error.ts'
import { serverUrlsOf } from './connect-to-primary.ts'
import { migrate } from './migrate.ts'
import { updateNameForms } from './name-forms.ts'
import { NodeLease } from './node-lease.ts'
import { Pool } from './pool.ts'
import { PostgresStore } from './postgres-store.ts'

export interface PostgresOptions {
  /**
   * `postgres://…`, as postgres.js takes it. It may have several hosts, which are tried in turn,
   * `?sslmode=`, and settings of the session such as `?search_path=`.
   */
  databaseUrl: string
  /** How long this node's sessions stay present after it died, in ms, 1,000 to 600,000. */
  presenceLeaseMs: number
  /** How long they stay present after it was shut down, in ms, 0 to 600,000. */
  graceMs: number
  /** Called with a sentence on what the operator should change, once for each problem. */
  onWarning?: (warning: string) => void
  /** Connections besides the one that listens and the two for commands about rooms; default 10. */
  maxConnections?: number
  /** A call without an answer fails after this, in ms; default 3,000. */
  queryTimeoutMs?: number
  /** Time between polls without a notification, in ms; default 500, or a sixth of the lease. */
  pollIntervalMs?: number
  /** The same while notifications do not arrive, in ms; default 100. */
  fallbackPollIntervalMs?: number
  /** A notification counts as lost after this, in ms; default 1,000. */
  notificationTimeoutMs?: number
  /** `isUpToDate` is true if the last poll is not older than this, in ms; default 1,000. */
  maxStalenessMs?: number
  /** `ping` fails when the database has not answered for this long, in ms; default 5,000. */
  unreachableMs?: number
  /** The same for `StoreListener.disconnected`, in ms; default 10,000. */
  disconnectAfterMs?: number
  /** A folder of `.sql` files; default: those of this version. */
  migrations?: string
  /** Called with what an upgrade of the database does, while it does so. */
  onUpgrade?: OnUpgrade
}

/** One carries out a command about a room while another waits for the log's lock. */
const commandConnections = 2

/**
 * Opens the store on a database, which other nodes may have open as well.
 *
 * @throws {StartError} one line for the person who started the server
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { databaseUrl, presenceLeaseMs: leaseMs, graceMs, queryTimeoutMs = 3_000 } = options
  const serverUrls = serverUrlsOf(databaseUrl)
  const { maxConnections = 10 } = options
  const pool = new Pool({ serverUrls, maxConnections, queryTimeoutMs })
  const commandPool = new Pool({
    serverUrls,
    maxConnections: commandConnections,
    queryTimeoutMs,
  })
  const lease = new NodeLease(pool, { leaseMs, graceMs })
  const { promise: notificationsLost, resolve: onNotificationsLost } = Promise.withResolvers<void>()
  void notificationsLost.then(() => options.onWarning?.(notificationsLostWarning))
  const poller = new ChangePoller(pool, lease, {
    leaseMs,
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
      await migrate(connection, options.migrations, options.onUpgrade)
      await updateNameForms(connection)
    })
    await lease.renew()
    return new PostgresStore({ pool, commandPool, lease, poller, unreachableMs })
  } catch (error) {
    lease.stop()
    await poller.close()
    await Promise.all([pool.close(), commandPool.close()])
    throw toStartError(error, 'The database cannot be used', describeError(error as Error))
  }
}

const notificationsLostWarning =
  'Notifications of PostgreSQL do not come through, perhaps for a pooler in between: ' +
  'changes are polled for more often instead, which costs more'
