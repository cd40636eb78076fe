import { callerAddress, networksOf } from '../address-key.ts'
import type { Api, RouteOptions } from '../api.ts'
import { takeBodies } from '../content-types.ts'
import { logPerson, logRefusal } from '../log-lines.ts'
import { login, register } from '../schemas/accounts.ts'
import { issueToken } from '../tokens.ts'
import { toOpenedSession } from '../views.ts'

/** Coming in: the two calls that need no token. */
export async function accountRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { accounts } = services
  takeBodies(app)

  app.post('/v1/register', { schema: register }, async (request, reply) => {
    const { username, password } = request.body
    const address = callerAddress(request)
    const session = await limits
      .register(
        address,
        () => accounts.check(username, password),
        () => accounts.register(username, password, networksOf(address)),
      )
      .catch(logRefusal(request, 'registration refused', username))
    logPerson(request, 'registered', username)
    return reply.code(201).send(toOpenedSession(session, issueToken(app, 'session', session)))
  })

  app.post('/v1/login', { schema: login }, async (request) => {
    const { username, password } = request.body
    const address = callerAddress(request)
    const session = await limits
      .login(address, username, () => accounts.login(username, password, networksOf(address)))
      .catch(logRefusal(request, 'login refused', username))
    logPerson(request, 'login', username)
    return toOpenedSession(session, issueToken(app, 'session', session))
  })
}
