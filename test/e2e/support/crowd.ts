import fastify from 'fastify'
import { usernameKey } from '../../../src/chat/usernames.ts'
import { addJwt } from '../../../src/http/plugins/jwt.ts'
import { issueToken } from '../../../src/http/tokens.ts'
import { openSqliteStore } from '../../../src/store/sqlite/store.ts'
import type { Session } from '../../../src/store/store.ts'

const hourMs = 3_600_000

/** What signs the tokens of `crowd`: to be given to the server as its setting. */
export const jwtSecret = 'a secret of the tests, 32 bytes at least'

interface CrowdOptions {
  /** Whether they are online when the server starts. */
  present: boolean
  /** How long their sessions live, in ms. */
  ttlMs?: number
}

/** Someone with a session, who never had to have a password hashed. */
interface Member {
  session: Session
  token: string
}

/** People in the data folder of a server that is not running. */
export async function crowd(
  folder: string,
  names: readonly string[],
  { present, ttlMs = hourMs }: CrowdOptions,
): Promise<Member[]> {
  const store = await openSqliteStore({
    folder,
    onFatal: (error) => {
      throw error
    },
  })
  const sessions = await Promise.all(
    names.map(async (username) => {
      const account = { username, key: usernameKey(username), passwordHash: 'none' }
      return (await store.register(account, ttlMs)) as Session
    }),
  )
  if (present) await store.changePresence({ enter: sessions.map(({ id }) => id), leave: [] })
  await store.close()
  const app = fastify()
  await addJwt(app, Buffer.from(jwtSecret))
  await app.ready()
  return sessions.map((session) => ({
    session,
    token: issueToken(app as never, 'session', session),
  }))
}
