import t from 'tap'
import { Sessions } from '../../src/chat/sessions.ts'
import { hashToken } from '../../src/chat/token-format.ts'
import { Tokens } from '../../src/chat/tokens.ts'
import type { ProvenCaller } from '../../src/store/fresh-proof.ts'
import type { Session } from '../../src/store/session-store.ts'
import { Unavailable } from '../../src/store/store-errors.ts'
import type { TokenScope } from '../../src/store/token-store.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const day = 86_400_000

function proven({ id }: Session): ProvenCaller {
  return { caller: { kind: 'session', session: id }, proof: { kind: 'login' } }
}

async function open() {
  const store = new MemoryStore()
  const ann = await store.join('ann')
  const tokens = new Tokens(store)
  const make = (scopes: TokenScope[] = ['read']) =>
    tokens.create(proven(ann), { name: 'Tea bot', scopes })
  return { store, ann, tokens, make, sessions: new Sessions(store) }
}

t.test(
  'a token is made with its scopes in their order, each once, for 90 days unless said otherwise',
  async (t) => {
    const { tokens, ann, make, store } = await open()
    const { token, secret } = await make(['write', 'read', 'write'])
    t.match(token, { name: 'Tea bot', scopes: ['read', 'write'] })
    t.equal(token.expiresAt - token.createdAt, 90 * day)
    t.match(secret, /^obrol_/)
    t.equal(await store.tokens.find(hashToken(secret) as string), token.id, 'its hash is kept')
    const short = await tokens.create(proven(ann), {
      name: 'x',
      scopes: ['read'],
      expiresInDays: 1,
    })
    t.equal(short.token.expiresAt - short.token.createdAt, day)
    t.same(await tokens.list(ann), [token, short.token])
  },
)

t.test('what a token is to be is checked before a proof is asked for', async (t) => {
  const { tokens, ann } = await open()
  const check = (name: string, scopes: TokenScope[]) =>
    refusalOf(() => tokens.check(ann, { name, scopes }))
  for (const name of ['', ' ', 'a\nb', 'x'.repeat(81)])
    t.match(await check(name, ['read']), {
      code: 'invalid-request',
      errors: [{ pointer: '/name' }],
    })
  t.match(await check('ok', ['read', 'moderate']), { code: 'forbidden' })
  const admin = { ...ann, account: { ...ann.account, role: 'admin' } } as const
  t.doesNotThrow(() => tokens.check(admin, { name: 'ok', scopes: ['admin', 'people'] }))
})

t.test('each refusal of the store is a problem', async (t) => {
  const { tokens, ann, store } = await open()
  const refusals = {
    'session-ended': 'unauthorized',
    'scope-above-role': 'forbidden',
    'not-fresh': 'fresh-login-required',
    'too-many-tokens': 'too-many-tokens',
  } as const
  for (const [refusal, code] of Object.entries(refusals)) {
    store.tokens.create = async () => refusal as keyof typeof refusals
    const create = () => tokens.create(proven(ann), { name: 'x', scopes: ['read'] })
    t.match(await refusalOf(create), { code })
  }
  store.failure = new Unavailable('away')
  t.match(await refusalOf(() => tokens.list(ann)), { code: 'unavailable' })
})

t.test('only the account’s own tokens can be ended', async (t) => {
  const { tokens, ann, store, make } = await open()
  const { token } = await make()
  const bob = await store.join('bob')
  t.match(await refusalOf(() => tokens.end(bob, token.id)), { code: 'not-found' })
  await tokens.end(ann, token.id)
  t.match(await refusalOf(() => tokens.end(ann, token.id)), { code: 'not-found' })
  await store.sessions.end(ann.id)
  t.match(await refusalOf(() => tokens.end(ann, token.id)), { code: 'unauthorized' })
})

t.test('a token is found until it ends, and the store is asked once', async (t) => {
  const { sessions, make, tokens, ann, store } = await open()
  const { token, secret } = await make()
  const found = await sessions.findByToken(secret)
  t.match(found, { id: token.id, account: ann.account, token: { scopes: ['read'] } })
  const asked = store.calls.length
  t.equal(await sessions.findByToken(secret), found)
  t.equal(store.calls.length, asked)
  await tokens.end(ann, token.id)
  sessions.invalidate([token.id])
  t.match(await refusalOf(() => sessions.findByToken(secret)), { code: 'unauthorized' })
})

t.test('a token ends when it expires', async (t) => {
  const { sessions, make, store } = await open()
  const { token, secret } = await make()
  await sessions.findByToken(secret)
  store.now = () => token.expiresAt
  t.match(await refusalOf(() => sessions.findByToken(secret)), { code: 'unauthorized' })
})

t.test('for a token with a wrong checksum the store is not asked', async (t) => {
  const { sessions, make, store } = await open()
  const { secret } = await make()
  const asked = store.calls.length
  const last = secret.endsWith('0') ? '1' : '0'
  const mistyped = `${secret.slice(0, -1)}${last}`
  t.match(await refusalOf(() => sessions.findByToken(mistyped)), { code: 'unauthorized' })
  t.equal(store.calls.length, asked)
})

t.test('an unknown token is looked up each time', async (t) => {
  const { sessions, make, store } = await open()
  const other = await open()
  await make()
  const { secret } = await other.make()
  for (let time = 1; time <= 2; time++) {
    t.match(await refusalOf(() => sessions.findByToken(secret)), { code: 'unauthorized' })
    t.equal(store.calls.filter((call) => call === 'findToken').length, time)
  }
  store.failure = new Unavailable('away')
  t.match(await refusalOf(() => sessions.findByToken(secret)), { code: 'unavailable' })
})

t.test('a session that has the id of a lost token now is not the token', async (t) => {
  const { sessions, make, store } = await open()
  const { token, secret } = await make()
  const session = await sessions.findByToken(secret)
  const { token: _, ...login } = session
  for (const other of [
    login,
    { ...session, token: { hash: 'another', scopes: ['read'] } } as const,
  ]) {
    sessions.invalidateAll()
    store.sessions.find = async (id) => (id === token.id ? other : undefined)
    t.match(await refusalOf(() => sessions.findByToken(secret)), { code: 'unauthorized' })
  }
})
