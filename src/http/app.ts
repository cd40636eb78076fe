import { readFileSync } from 'node:fs'
import accepts from '@fastify/accepts'
import fastify, { type FastifyBaseLogger } from 'fastify'
import { Problem } from '../chat/problems.ts'
import { finishAnswers } from './answers-on-their-way.ts'
import type { Api } from './api.ts'
import { answerError } from './errors.ts'
import { Limits } from './limits.ts'
import { logAnswer, logConnection, requestToLog } from './log-lines.ts'
import { logOutput } from './log-output.ts'
import { answerNothingHere, refuseMissing } from './missing.ts'
import { openInTurn } from './opens-in-turn.ts'
import { addCors, answerPreflight } from './plugins/cors.ts'
import { addJwt } from './plugins/jwt.ts'
import { addSecurityHeaders } from './plugins/security-headers.ts'
import { addSwagger } from './plugins/swagger.ts'
import { addSwaggerUi } from './plugins/swagger-ui.ts'
import { readQuery } from './query.ts'
import { answerOddRequests } from './raw-answers.ts'
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
  const app: Api = fastify({
    ...serverOptions(settings, timeouts),
    logger: {
      level: settings.logLevel,
      serializers: { req: requestToLog },
      stream: logStream,
    },
  })
  app.server.maxConnections = settings.maxStreams + otherConnections
  app.server.on('connection', (socket) => logConnection(app.log as FastifyBaseLogger, socket))
  openInTurn(app.server)
  answerOddRequests(app)

  app.setErrorHandler(answerError)
  app.setValidatorCompiler(compileValidator)
  app.setSerializerCompiler(() => JSON.stringify)
  app.decorateRequest('session')

  const table = new RouteTable(app)
  app.setNotFoundHandler(answerNothingHere(table))
  addSecurityHeaders(app)
  await addCors(app, settings.corsOrigins)
  addHooks(app, table, services)
  finishAnswers(app, timeouts.unreadMs)
  await addJwt(app, services.signingKey, () => services.store.now())
  await app.register(accepts)
  await addSwagger(app, version(), settings)
  await addSwaggerUi(app, table)

  const routeOptions = { services, timeouts, limits: new Limits(settings, services.store.counts) }
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

/** The routes whose answers nobody should keep: those of the API, and where there is none. */
const notToStore = /^\/v1\/|^\*$/

/**
 * What happens around every request, in the order in which it is judged. What need not wait calls
 * on, for that costs less than a promise.
 */
function addHooks(app: Api, table: RouteTable, { ready, inTouch, settings }: Services): void {
  app.addHook('onRequest', (_request, { raw }, done) => {
    // Behind a pipelined request it is judged when its turn comes: till then its session may end,
    // and answers that nobody reads would pile up.
    if (raw.socket === null) raw.once('socket', () => done())
    else done()
  })
  app.addHook('onRequest', refuseOdd)
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
