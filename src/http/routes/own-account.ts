import { toUser } from '../account-responses.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { parseBodies } from '../input/body-parsers.ts'
import { networksOf } from '../limits/address-keys.ts'
import { clientAddress } from '../limits/client-address.ts'
import { logAccountEvent, logRefusedAttempt } from '../logging/log-events.ts'
import { changePassword, updateMe } from '../schemas/own-account.ts'

/** What changes one's own account. */
export async function ownAccountRoutes(
  app: Api,
  { services, limits }: RouteOptions,
): Promise<void> {
  const { ownPassword, ownProfile } = services
  app.addHook('onRequest', requireSessionToken(app, services))
  parseBodies(app)

  app.patch('/v1/me', { schema: updateMe }, async ({ session, body }) => {
    ownProfile.check(body)
    limits.write(session)
    return toUser(await ownProfile.update(session, body))
  })

  app.put('/v1/me/password', { schema: changePassword }, async (request, reply) => {
    const { session, body } = request
    const { username } = session.account
    const address = clientAddress(request)
    await ownPassword.check(session, body)
    limits.write(session)
    await ownPassword
      .change(session, body, {
        from: networksOf(address),
        asLogin: (check) => limits.login(address, username, check),
      })
      .catch(logRefusedAttempt(request, 'password change refused', username))
    logAccountEvent(request, 'password changed', username)
    return reply.code(204).send(null)
  })
}
