import { readFileSync } from 'node:fs'
import fastify from 'fastify'
import { Problem } from '../chat/problems.ts'
import { callerAddress } from './address-key.ts'
import { finishAnswers } from './answers-on-their-way.ts'
import type { Api } from './api.ts'
import { boundChunks, tooManyChunks } from './chunk-bounds.ts'
import { Connections } from './connections.ts'
import { answerError } from './errors.ts'
import { Limits } from './limits.ts'
import { escapeUnseen } from './log-escapes.ts'
import { logAnswer, logClosed, logConnection, requestToLog } from './log-lines.ts'
import { logOutput } from './log-output.ts'
import { refuseMissing } from './missing.ts'
import { openInTurn } from './opens-in-turn.ts'
import { refuseOtherSites } from './other-sites.ts'
import { addCors, answerPreflight } from './plugins/cors.ts'
import { addJwt } from './plugins/jwt.ts'
import { addSecurityHeaders } from './plugins/security-headers.ts'
import { addSwagger } from './plugins/swagger.ts'
import { addSwaggerUi } from './plugins/swagger-ui.ts'
import { readQuery } from './query.ts'
import { answerOddRequests } from './raw-answers.ts'
import { RepeatedLines } from './repeated-lines.ts'
import { letWaitInLine } from './requests-in-line.ts'
import { RouteTable } from './route-table.ts'
import { accountRoutes } from './routes/accounts.ts'
import { eventTokenRoutes } from './routes/event-token.ts'
import { eventRoutes } from './routes/events.ts'
import { messageRoutes } from './routes/messages.ts'
import { ownSessionRoutes } from './routes/own-session.ts'
import { builtPage, pageRoutes } from './routes/page.ts'
import { problemRoutes } from './routes/problems.ts'
import { serverRoutes } from './routes/server.ts'
import { userRoutes } from './routes/users.ts'
import { defaultTimeouts, serverOptions, type Timeouts } from './server-options.ts'
import type { Services } from './services.ts'
import { TrustedProxies } from './trusted-proxies.ts'
import { compileValidator } from './validation.ts'
import { refuseOdd } from './well-formed.ts'

const outOfTouch = 'The server has lost touch with its database; nothing was done. Try again.'

/** Connections besides the streams, for everything else that is called. */
const otherConnections = 1000

export interface AppOptions {
  timeouts?: Partial<Timeouts>
  /** Where log lines go (standard output). */
  logStream?: { write(line: string): void }
  /** The folder of the built chat page. */
  pageFolder?: string
}

/** The HTTP side of the server: plugins, the error handler and the routes. Not yet listening. */
export async function buildApp(services: Services, options: AppOptions = {}): Promise<Api> {
  const { settings } = services
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const { logStream = logOutput } = options
  const proxies = new TrustedProxies(settings.trustProxy)
  const limits = new Limits(settings, services.store.counts)
  const app: Api = fastify({
    ...serverOptions(settings, timeouts, { limits, proxies }),
    logger: {
      level: settings.logLevel,
      serializers: { req: requestToLog },
      stream: { write: (line: string) => logStream.write(escapeUnseen(line)) },
    },
  })
  const connections = new Connections(settings.connectionsPerAddress, proxies)
  boundConnections(app, connections, settings.maxStreams)
  openInTurn(app.server)
  answerOddRequests(app, settings.corsOrigins)

  app.setErrorHandler(answerError)
  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(() => JSON.stringify)
  app.decorateRequest('session')

  const table = new RouteTable(app)
  addSecurityHeaders(app)
  await addCors(app, settings.corsOrigins)
  addHooks(app, table, services, limits)
  finishAnswers(app, timeouts.unreadMs)
  await addJwt(app, services.signingKey, () => services.store.now())
  await addSwagger(app, version(), settings)
  addSwaggerUi(app)

  const routeOptions = { services, timeouts, limits, connections }
  for (const routes of [
    accountRoutes,
    ownSessionRoutes,
    messageRoutes,
    userRoutes,
    eventRoutes,
    eventTokenRoutes,
    serverRoutes,
    problemRoutes,
  ])
    await app.register(routes, routeOptions)
  await app.register(pageRoutes, { folder: options.pageFolder ?? builtPage })
  await app.ready()
  return app
}

function version(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}

/** Bounds how many connections there are, and how much of what comes on each waits. */
function boundConnections(app: Api, connections: Connections, maxStreams: number): void {
  const { server } = app
  const lines = new RepeatedLines(app.log)
  app.decorate('repeatedLines', lines)
  app.addHook('onClose', async () => lines.tell())
  server.maxConnections = maxStreams + otherConnections
  server.on('connection', (socket) => {
    const address = String(socket.remoteAddress)
    if (connections.admit(socket)) logConnection(lines, address)
    else {
      socket.destroy()
      logClosed(lines, address, 'too many connections')
    }
  })
  letWaitInLine(
    server,
    (socket) => logClosed(lines, String(socket.remoteAddress), 'too many requests wait'),
    (request) => {
      boundChunks(request, app.initialConfig.bodyLimit as number, (socket) => {
        server.emit('clientError', Object.assign(new Error(), { code: tooManyChunks }), socket)
      })
    },
  )
}

/** The routes whose answers nobody should keep: those of the API, and where there is none. */
const notToStore = /^\/v1\/|^\*$/

/**
 * What happens around every request, in the order in which it is judged. What need not wait calls
 * on, for that costs less than a promise.
 */
function addHooks(
  app: Api,
  table: RouteTable,
  { ready, inTouch, settings }: Services,
  limits: Limits,
): void {
  app.addHook('onRequest', (request, _reply, done) => {
    // Before all else, for to judge a request is what it is to save.
    limits.request(callerAddress(request))
    done()
  })
  app.addHook('onRequest', refuseOdd)
  app.addHook('onRequest', refuseOtherSites(settings))
  app.addHook('onRequest', refuseMissing(table))
  app.addHook('onRequest', answerPreflight)
  app.addHook('onRequest', ({ routeOptions: { url } }, _reply, done) => {
    if (!inTouch() && url?.startsWith('/v1/'))
      throw new Problem('unavailable', outOfTouch, { retryAfter: 5 })
    done()
  })
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.routeOptions.schema?.querystring !== undefined) request.query = readQuery(request)
    done()
  })
  app.addHook('onSend', ({ routeOptions: { url } }, reply, payload, done) => {
    // By the route that was found, for a path can be written in many ways; where none was, always.
    const ours = url === undefined || notToStore.test(url)
    if (ours && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    // Kept alive, a connection whose request was open when the server began to stop would hold it up.
    if (!ready()) reply.header('connection', 'close')
    done(null, payload)
  })
  if (closely(settings))
    app.addHook('onResponse', async (request, reply) => logAnswer(request, reply.statusCode))
}

/** Whether every answer is logged: to tell of one costs something even where nobody is told. */
function closely({ logLevel }: Services['settings']): boolean {
  return logLevel === 'debug' || logLevel === 'trace'
}
