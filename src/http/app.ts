import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import { Problem } from '../chat/problems.ts'
import { clientAddress } from './address-key.ts'
import { limitChunks, tooManyChunks } from './chunk-limits.ts'
import { handleConnectAndExpect } from './client-errors.ts'
import { ConnectionLimiter } from './connection-limiter.ts'
import { rejectCrossSite } from './cross-site.ts'
import { handleError } from './error-handler.ts'
import type { Api } from './fastify-types.ts'
import { escapeInvisible } from './log-escapes.ts'
import {
  logConnection,
  logConnectionClosed,
  logRequestCompleted,
  serializeRequest,
} from './log-events.ts'
import { logOutput } from './log-output.ts'
import { rejectUnknownRoutes } from './not-found.ts'
import { addCors, answerPreflight } from './plugins/cors.ts'
import { addJwt } from './plugins/jwt.ts'
import { addSecurityHeaders } from './plugins/security-headers.ts'
import { addSwagger } from './plugins/swagger.ts'
import { addSwaggerUi } from './plugins/swagger-ui.ts'
import { readQuery } from './query.ts'
import { RateLimits } from './rate-limits.ts'
import { rejectMalformed } from './request-checks.ts'
import { queuePipelinedRequests } from './request-pipelining.ts'
import { drainResponses } from './response-drain.ts'
import { RouteTable } from './route-table.ts'
import { accountRoutes } from './routes/accounts.ts'
import { eventTokenRoutes } from './routes/event-token.ts'
import { eventRoutes } from './routes/events.ts'
import { meRoutes } from './routes/me.ts'
import { messageRoutes } from './routes/messages.ts'
import { problemRoutes } from './routes/problems.ts'
import { serverRoutes } from './routes/server.ts'
import { userRoutes } from './routes/users.ts'
import { defaultWebAppDirectory, webAppRoutes } from './routes/web-app.ts'
import { defaultTimeouts, serverOptions, type Timeouts } from './server-options.ts'
import type { Services } from './services.ts'
import { throttleStreamOpens } from './stream-open-throttle.ts'
import { ThrottledLog } from './throttled-log.ts'
import { TrustedProxies } from './trusted-proxies.ts'

const storeUnavailable = 'The server has lost touch with its database; nothing was done. Try again.'

/** Connections besides the streams, for everything else that is called. */
const nonStreamConnections = 1000

export interface AppOptions {
  timeouts?: Partial<Timeouts>
  /** Where log lines go (standard output). */
  logStream?: { write(line: string): void }
  /** The folder of the built chat page. */
  webAppDirectory?: string
}

/** The HTTP side of the server: plugins, the error handler and the routes. Not yet listening. */
export async function buildApp(services: Services, options: AppOptions = {}): Promise<Api> {
  const { settings } = services
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const { logStream = logOutput } = options
  const proxies = new TrustedProxies(settings.trustProxy)
  const limits = new RateLimits(settings, services.store.counts)
  const app: Api = fastify({
    ...serverOptions(settings, timeouts, { limits, proxies }),
    logger: {
      level: settings.logLevel,
      serializers: { req: serializeRequest },
      stream: { write: (line: string) => logStream.write(escapeInvisible(line)) },
    },
  })
  const connections = new ConnectionLimiter(settings.connectionsPerAddress, proxies)
  limitConnections(app, connections, settings.maxStreams)
  throttleStreamOpens(app.server)
  handleConnectAndExpect(app, settings.corsOrigins)

  app.setErrorHandler(handleError)
  app.decorateRequest('session')

  const table = new RouteTable(app)
  addSecurityHeaders(app)
  await addCors(app, settings.corsOrigins)
  addHooks(app, table, services, limits)
  drainResponses(app, timeouts.writeTimeoutMs)
  await addJwt(app, services.signingKey, () => services.store.now())
  await addSwagger(app, version(), settings)
  addSwaggerUi(app)

  const routeOptions = { services, timeouts, limits, connections }
  for (const routes of [
    accountRoutes,
    meRoutes,
    messageRoutes,
    userRoutes,
    eventRoutes,
    eventTokenRoutes,
    serverRoutes,
    problemRoutes,
  ])
    await app.register(routes, routeOptions)
  await app.register(webAppRoutes, { directory: options.webAppDirectory ?? defaultWebAppDirectory })
  await app.ready()
  return app
}

function version(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

/** Bounds how many connections there are, and how much of what comes on each waits. */
function limitConnections(app: Api, connections: ConnectionLimiter, maxStreams: number): void {
  const { server } = app
  const throttledLog = new ThrottledLog(app.log)
  app.decorate('throttledLog', throttledLog)
  app.addHook('onClose', async () => throttledLog.flush())
  server.maxConnections = maxStreams + nonStreamConnections
  server.on('connection', (socket) => {
    const address = String(socket.remoteAddress)
    if (connections.admit(socket)) logConnection(throttledLog, address)
    else {
      socket.destroy()
      logConnectionClosed(throttledLog, address, 'too many connections')
    }
  })
  queuePipelinedRequests(
    server,
    (socket) =>
      logConnectionClosed(throttledLog, String(socket.remoteAddress), 'too many requests wait'),
    (request) => {
      limitChunks(request, app.initialConfig.bodyLimit as number, (socket) => {
        server.emit('clientError', Object.assign(new Error(), { code: tooManyChunks }), socket)
      })
    },
  )
}

/** The routes whose answers nobody should keep: those of the API, and where there is none. */
const uncachedRoutes = /^\/v1\/|^\*$/

/**
 * What happens around every request, in the order in which it is judged. What need not wait calls
 * on, for that costs less than a promise.
 */
function addHooks(
  app: Api,
  table: RouteTable,
  { ready, storeConnected, settings }: Services,
  limits: RateLimits,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    // Before all else, for to judge a request is what it is to save.
    limits.request(clientAddress(request))
    done()
  })
  app.addHook('onRequest', rejectMalformed)
  app.addHook('onRequest', rejectCrossSite(settings))
  app.addHook('onRequest', rejectUnknownRoutes(table))
  app.addHook('onRequest', answerPreflight)
  app.addHook('onRequest', ({ routeOptions: { url } }, _reply, done) => {
    if (!storeConnected() && url?.startsWith('/v1/'))
      throw new Problem('unavailable', storeUnavailable, { retryAfter: 5 })
    done()
  })
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.routeOptions.schema?.querystring !== undefined) request.query = readQuery(request)
    done()
  })
  app.addHook('onSend', ({ routeOptions: { url } }, reply, payload, done) => {
    // By the route that was found, for a path can be written in many ways; where none was, always.
    const ours = url === undefined || uncachedRoutes.test(url)
    if (ours && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    // Kept alive, a connection whose request was open when the server began to stop would hold it up.
    if (!ready()) reply.header('connection', 'close')
    done(null, payload)
  })
  if (logsEveryRequest(settings))
    app.addHook('onResponse', async (request, reply) =>
      logRequestCompleted(request, reply.statusCode),
    )
}

/** Whether every answer is logged: to tell of one costs something even where nobody is told. */
function logsEveryRequest({ logLevel }: Services['settings']): boolean {
  return logLevel === 'debug' || logLevel === 'trace'
}
