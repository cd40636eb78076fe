import { toOpenedSession } from '../account-responses.ts'
import { issueToken } from '../auth/tokens.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { parseBodies } from '../input/body-parsers.ts'
import { networksOf } from '../limits/address-keys.ts'
import { clientAddress } from '../limits/client-address.ts'
import { logAccountEvent, logRefusedAttempt } from '../logging/log-events.ts'
import { login, register } from '../schemas/accounts.ts'
import { sessionClient } from '../session-client.ts'

/** Register and log in, the two calls without a token. */
export async function accountRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { accounts } = services
  parseBodies(app)

  app.post('/v1/register', { schema: register }, async (request, reply) => {
    const { username, password } = request.body
    const address = clientAddress(request)
    const session = await limits
      .register(
        address,
        () => accounts.check(username, password),
        () => accounts.register(username, password, networksOf(address), sessionClient(request)),
      )
      .catch(logRefusedAttempt(request, 'registration refused', username))
    logAccountEvent(request, 'registered', username)
    return reply.code(201).send(toOpenedSession(session, issueToken(app, 'session', session)))
  })

  app.post('/v1/login', { schema: login }, async (request) => {
    const { username, password } = request.body
    const address = clientAddress(request)
    const session = await limits
      .login(address, username, () =>
        accounts.login(username, password, networksOf(address), sessionClient(request)),
      )
      .catch(logRefusedAttempt(request, 'login refused', username))
    logAccountEvent(request, 'login', username)
    return toOpenedSession(session, issueToken(app, 'session', session))
  })
}
