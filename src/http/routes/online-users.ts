import { toTime, toUser } from '../account-responses.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { defaultUserLimit, getUser, listOnlineUsers, listUsers } from '../schemas/users.ts'

/** Who is online, and who has an account. */
export async function userRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  const { directory } = services
  app.addHook('onRequest', requireSessionToken(app, services))

  app.get('/v1/users/online', { schema: listOnlineUsers }, async ({ session, query }) => {
    limits.read(session)
    const page = await services.presence.list({ limit: defaultUserLimit, ...query })
    const { users: people, count, more } = page
    const users = people.map(({ username, since }) => ({ username, onlineSince: toTime(since) }))
    return { users, count, more }
  })

  app.get('/v1/users', { schema: listUsers }, async ({ session, query }) => {
    limits.read(session)
    return { users: (await directory.list(session, query)).map(toUser) }
  })

  app.get('/v1/users/:username', { schema: getUser }, async ({ session, params }) => {
    limits.read(session)
    return toUser(await directory.find(params.username))
  })
}
