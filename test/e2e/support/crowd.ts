import fastify from 'fastify'
import { issueToken } from '../../../src/http/auth/tokens.ts'
import { addJwt } from '../../../src/http/plugins/jwt.ts'
import { nameForms } from '../../../src/names/name-forms.ts'
import { openStore } from '../../../src/open-store.ts'
import { Semaphore } from '../../../src/semaphore.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { openSession } from '../../store/fixtures.ts'

const hourMs = 3_600_000

/** What signs the tokens of `crowd`: to be given to the server as its setting. */
export const jwtSecret = 'a secret of the tests, 32 bytes at least'

interface CrowdOptions {
  /** Whether they are online when the server starts. */
  present: boolean
  /** How long their sessions live, in ms. */
  ttlMs?: number
  /** How long they stay present in a database on which no server runs, in ms. */
  graceMs?: number
}

/** Everyone's password in a crowd. */
export const crowdPassword = 'password'

/** Its hash at next to no cost: the test vector of the argon2 reference implementation. */
const cheapHash =
  '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'

/** Someone with a session, who never had to have a password hashed. */
export interface Member {
  session: Session
  username: string
  token: string
}

/** Where people are kept: a data folder of a server that is not running, or a database. */
type Place = { folder: string } | { databaseUrl: string }

/** People in the data folder of a server that is not running. */
export function crowd(
  folder: string,
  names: readonly string[],
  options: CrowdOptions,
): Promise<Member[]> {
  return crowdIn({ folder }, names, options)
}

/** People wherever they are kept. */
export async function crowdIn(
  place: Place,
  names: readonly string[],
  { present, ttlMs = hourMs, graceMs = 600_000 }: CrowdOptions,
): Promise<Member[]> {
  const store = await openPlace(place, graceMs)
  // A call to the store has its time: a thousand at once would have to share it.
  const semaphore = new Semaphore(50)
  const sessions = await Promise.all(
    names.map((username) => {
      const account = { username, ...nameForms(username), passwordHash: cheapHash }
      return semaphore.run(async () => (await store.accounts.register(account, ttlMs)) as Session)
    }),
  )
  if (present) await store.presence.change({ enter: sessions, leave: [] })
  await store.close()
  return membersOf(sessions)
}

/** More sessions of someone who is there. */
export async function sessionsOf(
  place: Place,
  { session: { account } }: Member,
  count: number,
): Promise<Member[]> {
  const store = await openPlace(place, 0)
  const opened = Array.from({ length: count }, () => openSession(store, account.id, hourMs))
  const sessions = await Promise.all(opened)
  await store.close()
  return membersOf(sessions)
}

async function membersOf(sessions: readonly Session[]): Promise<Member[]> {
  const app = fastify()
  await addJwt(app, Buffer.from(jwtSecret), Date.now)
  await app.ready()
  return sessions.map((session) => ({
    session,
    username: session.account.username,
    token: issueToken(app as never, 'session', session),
  }))
}

function openPlace(place: Place, presenceGraceMs: number): Promise<Store> {
  const { folder, databaseUrl } = { folder: '', databaseUrl: undefined, ...place }
  return openStore(
    { dataDir: folder, databaseUrl, presenceLeaseMs: 15_000, presenceGraceMs },
    {
      onFatal: (error) => {
        throw error
      },
      onWarning: () => {},
      onUpgrade: () => {},
    },
  )
}
