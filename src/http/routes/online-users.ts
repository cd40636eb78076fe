import { toTime } from '../account-responses.ts'
import { requireSessionToken } from '../auth/authentication.ts'
import type { Api, RouteOptions } from '../fastify-types.ts'
import { defaultUserLimit, listOnlineUsers } from '../schemas/users.ts'

export async function userRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  app.addHook('onRequest', requireSessionToken(app, services))

  app.get('/v1/users/online', { schema: listOnlineUsers }, async ({ session, query }) => {
    limits.read(session)
    const page = await services.presence.list({ limit: defaultUserLimit, ...query })
    const { users: people, count, more } = page
    const users = people.map(({ username, since }) => ({ username, onlineSince: toTime(since) }))
    return { users, count, more }
  })
}
