import { lookup } from 'node:dns/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import ipaddr from 'ipaddr.js'
import { Accounts } from './chat/accounts.ts'
import { Blocks } from './chat/blocks.ts'
import { Conversations } from './chat/conversations.ts'
import { Directory } from './chat/directory.ts'
import { MessageChanges } from './chat/message-changes.ts'
import { Messages } from './chat/messages.ts'
import { OwnPassword } from './chat/own-password.ts'
import { OwnProfile } from './chat/own-profile.ts'
import { OwnSessions } from './chat/own-sessions.ts'
import { PasswordRules } from './chat/password-rules.ts'
import { Passwords } from './chat/passwords.ts'
import { Presence } from './chat/presence.ts'
import { Rooms } from './chat/rooms.ts'
import { SessionActivity } from './chat/session-activity.ts'
import { Sessions } from './chat/sessions.ts'
import { Staff } from './chat/staff.ts'
import { isCommonPassword } from './common-passwords.ts'
import { type ConsoleSocket, consolePath, listenOnConsoleSocket } from './console-socket.ts'
import { DeliveryReceipts } from './delivery/delivery-receipts.ts'
import { Hub } from './delivery/hub.ts'
import { LogCache } from './delivery/log-cache.ts'
import { PresenceBroadcaster } from './delivery/presence-broadcaster.ts'
import { type AppOptions, buildApp } from './http/app.ts'
import { consoleServer } from './http/console.ts'
import { upgradeLog } from './http/logging/upgrade-log.ts'
import { defaultTimeouts } from './http/server-options.ts'
import { streamResponder } from './http/stream-response.ts'
import { lockFolder, openStore, type StoreTuning, storeLocation } from './open-store.ts'
import type { Settings } from './settings.ts'
import { AppendBatcher } from './store/append-batcher.ts'
import { RetentionJob } from './store/retention-job.ts'
import { StartError } from './store/start-error.ts'
import type { Store } from './store/store.ts'
import { StoreUpdateHandler } from './store-update-handler.ts'

const hourMs = 3_600_000

/** Connections that wait to be accepted: as many come at once when everyone reconnects. */
const backlog = 4096

/** What is no setting: bounds of the inside, which tests make short. */
export interface Tuning extends StoreTuning {
  http?: AppOptions
  /** A socket that takes nothing for so long, while bytes wait for it, is destroyed. In ms. */
  writeTimeoutMs?: number
  /** How long before a store that could not be reached is asked again. In ms. */
  retryMs?: number
  /** How long a batch whose answer was lost is asked for again, in ms. */
  unknownOutcomeRetryMs?: number
  /** How often the store is swept, in ms. */
  retentionIntervalMs?: number
  /** How long history is kept, in ms, instead of HISTORY_DAYS. */
  retentionMs?: number
  /** How long a server that stops still takes requests, in ms. */
  drainMs?: number
  /** How long a sweep that a wrong clock may have brought about waits, in ms. */
  retentionPostponeMs?: number
  /** The time by which history is old, in Unix ms, instead of the clock's. */
  retentionNow?: () => number
}

export interface RunningServer {
  /** Where it listens, for example http://127.0.0.1:3000. */
  url: string
  /** Whether there is an admin who can act. */
  hasAdmin: boolean
  log: FastifyBaseLogger
  /** Resolves with the reason when the store has failed for good: the process must end. */
  failed: Promise<Error>
  /** Says bye to every stream, lets open requests finish, and cuts what is left after `seconds`. */
  close(seconds?: number): Promise<void>
}

/**
 * The composition root: settings in, a running server out. Only here are store, domain,
 * delivery and HTTP put together.
 */
export async function startServer(settings: Settings, tuning: Tuning = {}): Promise<RunningServer> {
  const {
    writeTimeoutMs = defaultTimeouts.writeTimeoutMs,
    retryMs = 1_000,
    retentionIntervalMs = hourMs / 6,
    drainMs = 100,
  } = tuning
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>()
  const { promise: log, resolve: resolveLog } = Promise.withResolvers<FastifyBaseLogger>()
  const address = await resolveListenAddress(settings)
  const store = await openStore(settings, {
    ...tuning,
    onFatal: fail,
    onWarning: async (warning) => (await log).warn({ event: 'store warning' }, warning),
    onUpgrade: upgradeLog(settings.logLevel, tuning.http?.logStream),
  })
  const signingKey = await readSigningKey(settings, store)

  let ready = true
  const ttlMs = settings.tokenTtlHours * hourMs
  const sessions = new Sessions(store)
  const presence = new Presence(store, { graceMs: settings.presenceGraceMs, retryMs })
  const sessionActivity = new SessionActivity(store, {
    withStreams: () => presence.sessionsWithStreams(),
  })
  const appender = new AppendBatcher(store.log, {
    unknownOutcomeRetryMs: tuning.unknownOutcomeRetryMs,
  })
  // `storeUpdates` and `app` are made below: the closures here read them once the server runs.
  const logCache = new LogCache(store, () => storeUpdates.flushChanges())
  const presenceBroadcaster = new PresenceBroadcaster(presence)
  const receipts = new DeliveryReceipts(store.receipts, () => logCache.epoch)
  const hub = new Hub(settings, {
    logCache,
    presence,
    presenceBroadcaster,
    receipts,
    retryMs,
    isSessionValid: (session) => sessions.isValid(session),
    storeConnected: () => storeUpdates.storeConnected,
    now: () => store.now(),
    onError: (error) => app.log.error({ event: 'stream failed', err: error }),
  })
  const conversations = new Conversations(store)
  const passwords = new Passwords()
  const passwordRules = new PasswordRules({
    minChars: settings.passwordMinChars,
    ...(settings.passwordCommon === 'refuse' && { isCommon: isCommonPassword }),
  })
  const app = await buildApp(
    {
      settings: { ...settings, allowedHosts: allowedHostsFor(settings, address) },
      accounts: new Accounts({
        store,
        passwords,
        ttlMs,
        registration: settings.registration,
        passwordRules,
      }),
      blocks: new Blocks(store),
      ownProfile: new OwnProfile(store),
      ownPassword: new OwnPassword({ store, sessions, passwords, rules: passwordRules }),
      sessions,
      sessionActivity,
      ownSessions: new OwnSessions({
        store,
        sessions,
        activity: sessionActivity,
        ttlMs,
        maxMs: settings.sessionMaxDays * 24 * hourMs,
      }),
      messages: new Messages({
        store,
        appender,
        maxChars: settings.messageMaxChars,
        metadataMaxBytes: settings.metadataMaxBytes,
        digestKey: signingKey,
        broadcast: settings.broadcast,
      }),
      messageChanges: new MessageChanges({
        store,
        maxChars: settings.messageMaxChars,
        metadataMaxBytes: settings.metadataMaxBytes,
        editMinutes: settings.editMinutes,
      }),
      rooms: new Rooms({
        store,
        presence,
        creation: settings.roomCreation,
        maxRooms: settings.roomsPerUser,
        maxMembers: settings.membersPerRoom,
      }),
      conversations,
      presence,
      staff: new Staff(store, passwords),
      directory: new Directory(store, settings.directory),
      store,
      signingKey,
      respondWithStream: streamResponder({ hub, sessions, writeTimeoutMs }),
      ready: () => ready,
      storeConnected: () => storeUpdates.storeConnected,
    },
    tuning.http,
  ).catch(async (error) => {
    await hub.close()
    await sessionActivity.close()
    await store.close()
    throw error
  })
  resolveLog(app.log)
  const keepMs =
    tuning.retentionMs ??
    (settings.historyDays > 0 ? settings.historyDays * 24 * hourMs : undefined)
  const retentionJob = new RetentionJob(store, {
    retentionMs: keepMs,
    auditMs: settings.auditDays === 0 ? undefined : settings.auditDays * 24 * hourMs,
    intervalMs: retentionIntervalMs,
    clockGraceMs: tuning.retentionPostponeMs ?? hourMs,
    now: tuning.retentionNow ?? (() => store.now()),
    monotonic: () => performance.now(),
    onError: (error) => app.log.warn({ event: 'retention failed', err: error }),
    onDeleted: async (oldest) =>
      app.log.info({ event: 'history dropped', oldest, ...(await store.size()) }),
    onPostponed: (doubt) => {
      const message = `${doubt}: nothing is dropped for an hour. Check the clock.`
      app.log.warn({ event: 'retention postponed' }, message)
    },
  })

  const storeUpdates = new StoreUpdateHandler({ appender, sessions, presence, hub, log: app.log })
  store.subscribe(storeUpdates)
  presence.onChanged(({ person, online }) => {
    app.log.info({ event: online ? 'online' : 'offline', username: person.username })
  })

  const atConsole = consoleServer(app.routing, { ...defaultTimeouts, ...tuning.http?.timeouts })
  let consoleSocket: ConsoleSocket | undefined

  async function close(seconds = settings.shutdownSeconds): Promise<void> {
    ready = false
    const forceCloseTimer = setTimeout(() => {
      hub.destroy()
      app.server.closeAllConnections()
      atConsole.closeAllConnections()
    }, seconds * 1000)
    const activityClosed = sessionActivity.close()
    // First, so that the end of the streams is nobody's exit.
    const presenceClosed = presence.close()
    storeUpdates.flush()
    const streamsClosed = hub.close()
    // What is on its way while the server says bye is still answered, with `Connection: close`:
    // closed at once, the connections it comes on would reset under it.
    await delay(drainMs)
    await Promise.all([streamsClosed, app.close(), presenceClosed, consoleSocket?.close()])
    clearTimeout(forceCloseTimer)
    presenceBroadcaster.close()
    conversations.close()
    await retentionJob.close()
    await appender.close()
    await receipts.settled()
    await activityClosed
    await store.close()
  }

  try {
    await logCache.start()
    await sessions.start()
    await presence.start()
    retentionJob.start()
    consoleSocket = await openConsole(atConsole, settings, app.log)
    await app.listen({ host: address, port: settings.port, backlog }).catch((error) => {
      throw listenError(settings, error)
    })
  } catch (error) {
    await close(0)
    throw error
  }
  const { port } = app.server.address() as AddressInfo
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
  const url = `http://${host}:${port}`
  app.log.info({
    event: 'started',
    url,
    docs: `${url}/docs`,
    ...storeLocation(settings),
    ...(await store.size()),
  })
  const hasAdmin = await store.staff.hasAdmin()
  if (!hasAdmin)
    app.log.info({ event: 'no admin' }, 'obrol admin user grant NAME admin makes the first one')
  return {
    url,
    hasAdmin,
    log: app.log,
    failed,
    async close(seconds) {
      app.log.info({ event: 'stopping', streams: hub.size })
      await close(seconds)
      app.log.info({ event: 'stopped' })
    },
  }
}

/**
 * Has the console listen. Where it cannot by default, the server runs without it: its data folder may lie
 * deep, or be that of another node.
 *
 * @throws {StartError} where it cannot on the socket of ADMIN_SOCKET
 */
async function openConsole(
  server: Server,
  settings: Settings,
  log: FastifyBaseLogger,
): Promise<ConsoleSocket | undefined> {
  const path = consolePath(settings)
  if (path === undefined) return undefined
  try {
    return await listenOnConsoleSocket(server, path, (folder) => lockFolder(settings, folder))
  } catch (error) {
    if (settings.adminSocket !== undefined) throw error
    log.warn({ event: 'no console' }, (error as Error).message)
    return undefined
  }
}

/**
 * Looked up before anything is begun, for it may take a while; and not by Fastify, which of
 * `localhost` makes two servers, the second without most of what is set up on the first.
 *
 * @throws {StartError} where the host is not known
 */
async function resolveListenAddress(settings: Settings): Promise<string> {
  try {
    const { address } = await lookup(settings.host, { order: 'ipv4first' })
    return address
  } catch (error) {
    throw listenError(settings, error)
  }
}

/**
 * The hosts to answer to. Where only this machine can reach the server, and no proxy speaks for
 * others, none but its own names can be meant.
 */
function allowedHostsFor({ allowedHosts, host, trustProxy }: Settings, address: string): string[] {
  if (allowedHosts !== undefined) return allowedHosts
  const isLocalOnly = ipaddr.process(address).range() === 'loopback' && trustProxy.length === 0
  if (!isLocalOnly) return ['*']
  return ['localhost', '*.localhost', '127.0.0.1', '[::1]', host.toLowerCase(), address]
}

function listenError({ host, port }: Settings, error: unknown): StartError {
  return new StartError(`cannot listen on ${host} port ${port}: ${(error as Error).message}`)
}

/** @throws {StartError} where the key that was kept is damaged; then the store is closed */
async function readSigningKey({ jwtSecret }: Settings, store: Store): Promise<Uint8Array> {
  if (jwtSecret) return Buffer.from(jwtSecret)
  try {
    return await store.signingKey()
  } catch (error) {
    await store.close()
    throw error
  }
}
