import t from 'tap'
import { checkScope } from '../../../src/http/auth/scopes.ts'
import type { RouteScope } from '../../../src/http/schemas/scope.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { TokenScope } from '../../../src/store/token-store.ts'
import { refusalOf } from '../../support/refusal.ts'
import { problem, serve } from '../support/server.ts'

t.test('the refusal says which scope is needed', async (t) => {
  const refusal = (scopes: TokenScope[], needed: RouteScope | undefined) =>
    refusalOf(() => checkScope({ token: { hash: 'x', scopes } } as unknown as Session, needed))
  t.match(await refusal(['read'], 'write'), {
    code: 'forbidden',
    detail: 'This call needs a token with the scope write.',
  })
  for (const needed of ['session', 'none', undefined] as const)
    t.match(await refusal(['read', 'write', 'admin', 'people'], needed), {
      code: 'forbidden',
      detail: /^This call takes no token for programs/,
    })
  const login = {} as Session
  t.doesNotThrow(() => checkScope(login, 'session'), 'that of a login has no scopes')
})

t.test('a token for programs is taken from the header alone, where its scopes allow', async (t) => {
  const server = await serve(t)
  await server.join('ann')
  const [session] = server.chat.sessions.values()
  const { secret } = server.chat.makeToken((session as Session).account, ['read'])
  const headers = { authorization: `Bearer ${secret}` }
  server.chat.used.length = 0
  t.equal((await server.call('GET', '/v1/me', { headers })).status, 200)
  t.equal(server.chat.used.length, 1, 'its use is noted')
  t.equal((await server.call('GET', '/v1/events', { headers })).status, 200)
  const inQuery = await server.call('GET', `/v1/events?token=${secret}`)
  problem(t, inQuery, 401, 'unauthorized')
  const mistyped = { authorization: `Bearer ${secret.slice(0, -1)}` }
  const refused = await server.call('GET', '/v1/me', { headers: mistyped })
  problem(t, refused, 401, 'unauthorized')
  t.match(refused.headers.get('www-authenticate'), /invalid_token/)

  const body = 'x'.repeat(100_000)
  const before = await server.call('POST', '/v1/messages/broadcast', { headers, body })
  problem(t, before, 403, 'forbidden')
})
