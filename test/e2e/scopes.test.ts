import Database from 'better-sqlite3'
import t from 'tap'
import { coversScope } from '../../src/store/token-rules.ts'
import { type TokenScope, tokenScopes } from '../../src/store/token-store.ts'
import { type Guest, openRoom, type Room } from '../support/room.ts'

interface Operation {
  method: string
  path: string
  /** As the OpenAPI document tells it. */
  scope: TokenScope | 'session' | 'none'
}

t.test('each operation is refused to a token without its scope, and to no other', async (t) => {
  const room = await openRoom(t)
  const ann = await asAdmin(room, await room.register('ann'))
  const operations = await operationsOf(room)
  t.ok(operations.length > 40)
  for (const scope of tokenScopes) {
    const token = await makeToken(ann, [scope])
    for (const { method, path, scope: needed } of operations) {
      const { status, code, detail } = await attempt(room, method, path, token)
      const call = `${method} ${path} with a token for ${scope}: ${status} ${detail}`
      if (needed === 'none' || (needed !== 'session' && coversScope([scope], needed)))
        t.notOk([401, 403].includes(status), call)
      else {
        t.same({ status, code }, { status: 403, code: 'forbidden' }, call)
        t.match(detail, needed === 'session' ? /no token for programs/ : `scope ${needed}`, call)
      }
    }
  }
})

t.test('each operation that takes a token needs one, and takes that of a session', async (t) => {
  const room = await openRoom(t)
  await room.register('ann')
  for (const { method, path, scope } of await operationsOf(room)) {
    const without = await attempt(room, method, path)
    t.equal(without.status === 401 && without.code === 'unauthorized', scope !== 'none', path)
    const { token } = await room.login('ann')
    const { status, detail } = await attempt(room, method, path, token)
    t.notOk(status === 401, `${method} ${path}: ${detail}`)
    t.notMatch(detail, /token for programs/)
  }
})

/** The calls of the staff that each role may make, by its login and by tokens that it made as an admin. */
const callsOfStaff = {
  admin: { login: ['moderate', 'admin'], admin: ['moderate', 'admin'], moderate: ['moderate'] },
  moderator: { login: ['moderate'], admin: ['moderate'], moderate: ['moderate'] },
  member: { login: [], admin: [], moderate: [] },
} as const

t.test('what a token does for the staff follows its scopes and the role now', async (t) => {
  const room = await openRoom(t)
  const ann = await asAdmin(room, await room.register('ann'))
  const tokens = {
    login: ann.token,
    admin: await makeToken(ann, ['admin']),
    moderate: await makeToken(ann, ['moderate']),
    'read, write, people': await makeToken(ann, ['read', 'write', 'people']),
  }
  const operations = (await operationsOf(room)).filter(({ scope }) => isOfStaff(scope))
  t.ok(operations.length >= 8)
  for (const [role, may] of Object.entries(callsOfStaff)) {
    setRole(room, ann.username, role)
    for (const [holder, token] of Object.entries(tokens)) {
      const allowed: readonly string[] = may[holder as keyof typeof may] ?? []
      for (const { method, path, scope } of operations) {
        const { status } = await attempt(room, method, path, token, bodyOf(path))
        const call = `${role}, ${holder}: ${method} ${path}`
        if (allowed.includes(scope)) t.notOk([401, 403].includes(status), `${call}: ${status}`)
        else t.equal(status, 403, call)
      }
    }
  }
})

function isOfStaff(scope: Operation['scope']): boolean {
  return scope === 'moderate' || scope === 'admin'
}

/** With a password, because a token is no fresh login. */
function bodyOf(path: string): object | undefined {
  if (path.endsWith('/role')) return { role: 'member', password: 'ann-password' }
  return path === '/v1/admin/users' ? { username: 'ann' } : undefined
}

/** Makes the account an admin, and logs in again. */
async function asAdmin(room: Room, { username }: Guest): Promise<Guest> {
  setRole(room, username, 'admin')
  return room.login(username)
}

function setRole(room: Room, username: string, role: string): void {
  const database = new Database(`${room.folder}/obrol.db`)
  database.prepare('UPDATE accounts SET role = ? WHERE username = ?').run(role, username)
  database.close()
}

async function makeToken(guest: Guest, scopes: TokenScope[]): Promise<string> {
  const { body } = await guest.call('POST', '/v1/tokens', { name: 'A token', scopes })
  return body.token
}

/** Those of the OpenAPI document, about things that there are not, so that none changes anything. */
async function operationsOf(room: Room): Promise<Operation[]> {
  const { body: document } = await room.call('GET', '/openapi.json')
  return Object.entries<Record<string, { security: { sessionToken?: [TokenScope] }[] }>>(
    document.paths,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path: path.replace('{conversation}', 'direct:nobody').replaceAll(/\{\w+\}/g, '987654321'),
      scope: security[0] === undefined ? 'none' : (security[0].sessionToken?.[0] ?? 'session'),
    })),
  )
}

/** The status of an answer, and its problem if it is one; a stream is closed at its head. */
async function attempt(room: Room, method: string, path: string, token?: string, body?: object) {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const stop = new AbortController()
  const sent = { method, headers, signal: stop.signal }
  if (body !== undefined && method !== 'GET') {
    headers['content-type'] = 'application/json'
    Object.assign(sent, { body: JSON.stringify(body) })
  }
  const response = await fetch(room.url + path, sent)
  const isProblem = response.headers.get('content-type') === 'application/problem+json'
  const problem = (isProblem ? await response.json() : {}) as { type?: string; detail?: string }
  stop.abort()
  const { type = '', detail = '' } = problem
  return { status: response.status, code: type.split('/').at(-1), detail }
}
