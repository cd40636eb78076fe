import type { Api, RouteOptions } from '../api.ts'
import { bySessionToken } from '../authentication.ts'
import { defaultPeople, listOnlineUsers } from '../schemas/users.ts'
import { toTime } from '../views.ts'

/** Who is here. */
export async function userRoutes(app: Api, { services, limits }: RouteOptions): Promise<void> {
  app.addHook('onRequest', bySessionToken(app, services.sessions))

  app.get('/v1/users/online', { schema: listOnlineUsers }, async ({ session, query }) => {
    limits.read(session)
    const page = await services.presence.list({ limit: defaultPeople, ...query })
    const { people, count, more } = page
    const users = people.map(({ username, since }) => ({ username, onlineSince: toTime(since) }))
    return { users, count, more }
  })
}
