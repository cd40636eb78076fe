import fastify from 'fastify'
import { issueToken } from '../../../../src/http/auth/tokens.ts'
import { addJwt } from '../../../../src/http/plugins/jwt.ts'
import { nameForms } from '../../../../src/names/name-forms.ts'
import { openPostgresStore } from '../../../../src/store/postgres/store.ts'
import type { Session } from '../../../../src/store/store.ts'
import type { Person } from '../../support/caller.ts'

/** What signs the tokens of these people: to be given to every node as its setting. */
export const jwtSecret = 'a secret of the tests, 32 bytes at least'

const hourMs = 3_600_000

/**
 * Registers people in a database, each with a session, and brings its schema. To hash a password
 * for each would take longer than the test.
 */
export async function registerUsers(
  databaseUrl: string,
  names: readonly string[],
): Promise<Person[]> {
  const app = fastify()
  await addJwt(app, Buffer.from(jwtSecret), Date.now)
  await app.ready()
  const store = await openPostgresStore({
    databaseUrl,
    presenceLeaseMs: 1_000,
    graceMs: 0,
    // They may be thousands.
    queryTimeoutMs: 60_000,
  })
  try {
    return await Promise.all(
      names.map(async (username) => {
        const account = { username, ...nameForms(username), passwordHash: 'none' }
        const session = (await store.register(account, hourMs)) as Session
        return { username, token: issueToken(app as never, 'session', session) }
      }),
    )
  } finally {
    await store.close()
    await app.close()
  }
}
