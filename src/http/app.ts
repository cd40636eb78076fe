import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import { Problem } from '../chat/problems.ts'
import { packagePath } from '../package-files.ts'
import { rejectCrossSite } from './checks/host-and-origin.ts'
import { rejectMalformed } from './checks/malformed-requests.ts'
import { rejectUnknownRoutes } from './checks/not-found.ts'
import { RouteTable } from './checks/route-table.ts'
import { limitChunks } from './connection/chunk-limits.ts'
import { handleConnectAndExpect } from './connection/client-errors.ts'
import { queuePipelinedRequests } from './connection/pipeline-queue.ts'
import { drainRequest } from './connection/request-drain.ts'
import { throttleStreamOpens } from './connection/stream-open-throttle.ts'
import { trackUnreadResponses } from './connection/unread-responses.ts'
import { handleError } from './error-handler.ts'
import type { Api } from './fastify-types.ts'
import { readQuery } from './input/query.ts'
import { clientAddress } from './limits/client-address.ts'
import { ConnectionLimiter } from './limits/connection-limiter.ts'
import { RateLimits } from './limits/rate-limits.ts'
import { TrustedProxies } from './limits/trusted-proxies.ts'
import { logConnection, logConnectionClosed, logRequestCompleted } from './logging/log-events.ts'
import { type LogStream, loggerOptions } from './logging/logger-options.ts'
import { addThrottledLog } from './logging/throttled-log.ts'
import { addCors, answerPreflight } from './plugins/cors.ts'
import { addJwt } from './plugins/jwt.ts'
import { addSecurityHeaders } from './plugins/security-headers.ts'
import { addSwagger } from './plugins/swagger.ts'
import { accountRoutes } from './routes/accounts.ts'
import { apiDescriptionRoutes } from './routes/api-description.ts'
import { blockRoutes } from './routes/blocks.ts'
import { conversationRoutes, typingRoutes } from './routes/conversations.ts'
import { addSwaggerUi } from './routes/docs.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { bodilessMessageRoutes, messageRoutes, roomMessageRoutes } from './routes/messages.ts'
import { userRoutes } from './routes/online-users.ts'
import { ownAccountRoutes } from './routes/own-account.ts'
import { bodilessRoomRoutes, roomRoutes } from './routes/rooms.ts'
import { sessionRoutes } from './routes/session.ts'
import { bodilessStaffRoutes, staffRoutes } from './routes/staff.ts'
import { bodilessTokenRoutes, tokenRoutes } from './routes/tokens.ts'
import { defaultWebAppDirectory, webAppRoutes } from './routes/web-app.ts'
import { defaultTimeouts, serverOptions, type Timeouts } from './server-options.ts'
import type { Services } from './services.ts'

const storeDisconnected =
  'The server has lost touch with its database; nothing was done. Try again.'

/** How many connections there may be besides those of MAX_STREAMS. */
const nonStreamConnections = 1000

export interface AppOptions {
  timeouts?: Partial<Timeouts>
  /** Where log lines are written (standard output). */
  logStream?: LogStream
  /** The folder of the built chat page. */
  webAppDirectory?: string
}

/** The Fastify application: plugins, hooks, the error handler and the routes. It does not listen yet. */
export async function buildApp(services: Services, options: AppOptions = {}): Promise<Api> {
  const { settings } = services
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const proxies = new TrustedProxies(settings.trustProxy)
  const limits = new RateLimits(settings, services.store.counters)
  const app: Api = fastify({
    ...serverOptions(settings, timeouts, { limits, proxies }),
    logger: loggerOptions(settings.logLevel, options.logStream),
  })
  addThrottledLog(app)
  const connections = new ConnectionLimiter(settings.connectionsPerAddress, proxies)
  limitConnections(app, connections, settings.maxStreams)
  // Each of these three passes requests on to the one before it, so the last gets a request first.
  queuePipelinedRequests(app.server, (socket) =>
    logConnectionClosed(app.throttledLog, String(socket.remoteAddress), 'too many requests wait'),
  )
  throttleStreamOpens(app.server)
  limitChunks(app.server, app.initialConfig.bodyLimit as number)

  handleConnectAndExpect(app, settings.corsOrigins)

  app.setErrorHandler(handleError)
  app.decorateRequest('session')
  app.decorateRequest('staff')

  const table = new RouteTable(app)
  addSecurityHeaders(app)
  await addCors(app, settings.corsOrigins)
  addHooks(app, table, services, limits)
  trackUnreadResponses(app, timeouts.writeTimeoutMs)
  await addJwt(app, services.signingKey, () => services.store.now())
  await addSwagger(app, version(), settings)
  addSwaggerUi(app)

  const routeOptions = { services, timeouts, limits, connections }
  for (const routes of [
    accountRoutes,
    sessionRoutes,
    ownAccountRoutes,
    blockRoutes,
    tokenRoutes,
    bodilessTokenRoutes,
    messageRoutes,
    bodilessMessageRoutes,
    roomRoutes,
    bodilessRoomRoutes,
    roomMessageRoutes,
    conversationRoutes,
    typingRoutes,
    userRoutes,
    eventRoutes,
    staffRoutes,
    bodilessStaffRoutes,
    healthRoutes,
    apiDescriptionRoutes,
  ])
    await app.register(routes, routeOptions)
  await app.register(webAppRoutes, { directory: options.webAppDirectory ?? defaultWebAppDirectory })
  await app.ready()
  return app
}

function version(): string {
  return JSON.parse(readFileSync(packagePath('package.json'), 'utf8')).version
}

/** Bounds the connections, of each address and in all. */
function limitConnections(
  { server, throttledLog }: Api,
  connections: ConnectionLimiter,
  maxStreams: number,
): void {
  server.maxConnections = maxStreams + nonStreamConnections
  server.on('connection', (socket) => {
    const address = String(socket.remoteAddress)
    if (connections.admit(socket)) logConnection(throttledLog, address)
    else {
      socket.destroy()
      logConnectionClosed(throttledLog, address, 'too many connections')
    }
  })
}

/** The routes whose answers must not be cached: those of the API, and the wildcard of preflights. */
const uncachedRoutes = /^\/v1\/|^\*$/

/** The hooks of every request, in the order in which it is checked. */
function addHooks(
  app: Api,
  table: RouteTable,
  { ready, storeConnected, settings }: Services,
  limits: RateLimits,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    // Before everything else, because the limit is to save the work of the other checks.
    limits.request(clientAddress(request))
    done()
  })
  app.addHook('onRequest', rejectMalformed)
  app.addHook('onRequest', rejectCrossSite(settings))
  app.addHook('onRequest', rejectUnknownRoutes(table))
  app.addHook('onRequest', answerPreflight)
  app.addHook('onRequest', ({ routeOptions: { url } }, _reply, done) => {
    if (!storeConnected() && url?.startsWith('/v1/'))
      throw new Problem('unavailable', storeDisconnected, { retryAfter: 5 })
    done()
  })
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.routeOptions.schema?.querystring !== undefined) request.query = readQuery(request)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const { url } = request.routeOptions
    // By the route, because a path can be written in many ways.
    const isUncached = url === undefined || uncachedRoutes.test(url)
    if (isUncached && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    drainRequest(request.raw, reply.raw)
    // A connection that is kept alive would delay the shutdown.
    const keepAlive = ready() && reply.raw.shouldKeepAlive
    // Fastify says `close` for each body that it refuses, also where the rest of it is read.
    if (!keepAlive || reply.hasHeader('connection'))
      reply.header('connection', keepAlive ? 'keep-alive' : 'close')
    done(null, payload)
  })
  if (['debug', 'trace'].includes(settings.logLevel))
    app.addHook('onResponse', async (request, reply) =>
      logRequestCompleted(request, reply.statusCode),
    )
}
