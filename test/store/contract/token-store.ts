import type { Test } from 'tap'
import type { ProvenCaller } from '../../../src/store/fresh-proof.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { Store, StoreUpdate } from '../../../src/store/store.ts'
import type { NewToken, Token } from '../../../src/store/token-store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { appendMessage, draft, hour, newBatchId, openSession, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from './fixture.ts'

const minute = 60_000

export async function tokenStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('makes a token, which is a session', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    clock.advance(250)
    const scopes = ['read', 'write'] as const
    const token = await make(store, ann, { hash: 'one', name: 'Tea bot', scopes, ttlMs: 2 * hour })
    const createdAt = clock.now() - 250
    t.same(token, {
      id: token.id,
      name: 'Tea bot',
      scopes,
      createdAt,
      expiresAt: createdAt + 2 * hour,
    })
    t.equal(await store.tokens.find('one'), token.id)
    t.equal(await store.tokens.find('another'), undefined)
    t.match(await store.sessions.find(token.id), {
      id: token.id,
      account: ann.account,
      createdAt,
      expiresAt: createdAt + 2 * hour,
      token: { hash: 'one', scopes },
    })
    t.equal((await store.sessions.find(ann.id))?.token, undefined, 'that of a login is none')
  })

  await t.test('what a token posts is of its account, until it expires', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const token = await make(store, ann, { hash: 'one', ttlMs: hour })
    const session = (await store.sessions.find(token.id)) as Session
    t.match(await appendMessage(store, session, 'Hello'), { from: { username: 'ann' } })
    clock.advance(hour)
    t.equal(await store.tokens.find('one'), undefined)
    t.same(await store.tokens.list(ann.account.id), [])
    t.match(await store.log.append([draft(session, 'late')], newBatchId()), [
      { kind: 'session-ended' },
    ])
    t.equal(await store.tokens.end(by(ann), token.id), 'unknown-token')
    await store.retention.deleteExpired(undefined)
    const again = await openSession(store, ann.account.id, hour)
    t.ok(await make(store, again, { hash: 'one' }), 'nothing of it is left')
  })

  await t.test('lists the tokens of an account, the newest first', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const made: Token[] = []
    for (const hash of ['one', 'two', 'three']) {
      clock.advance(1000)
      made.unshift(await make(store, ann, { hash }))
    }
    await make(store, bob, { hash: 'of bob' })
    t.same(await store.tokens.list(ann.account.id), made)
  })

  await t.test('tells when a token was last used, to the hour', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const { id } = await make(store, ann, { hash: 'one' })
    const at = clock.now() + hour + 7 * minute
    await store.sessions.noteUse([{ session: id, at }])
    t.match(await store.tokens.list(ann.account.id), [{ id, lastUsedAt: at - (at % hour) }])
  })

  await t.test(
    'tokens are not among the logins of an account, and do not end with them',
    async (t) => {
      const { store } = await openStore(t, openFixture)
      const ann = await registerUser(store, 'ann')
      const other = await openSession(store, ann.account.id, hour)
      const { id } = await make(store, ann, { hash: 'one' })
      const listed = await store.sessions.ofAccount(ann.account.id)
      t.same(listed.map((session) => session.id).sort(), [ann.id, other.id].sort())
      t.same(await store.sessions.endOwn(by(ann), id), [])
      t.same(await store.sessions.endOwn(by(ann), 'others'), [other.id])
      t.equal(await store.tokens.find('one'), id)
    },
  )

  await t.test('tokens end with a new password, unless they are to stay', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const { id } = await make(store, ann, { hash: 'one' })
    await make(store, bob, { hash: 'of bob' })
    const change = (verifiedHash: string, passwordHash: string, endTokens: boolean) =>
      store.accounts.changePassword(by(ann), { verifiedHash, passwordHash, endTokens })
    t.same(await change('hash of ann', 'second', false), [])
    t.equal(await store.tokens.find('one'), id)
    t.equal(await change('wrong', 'third', true), 'password-changed')
    t.equal(await store.tokens.find('one'), id)
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    t.same(await change('second', 'third', true), [id])
    t.same(
      updates.flatMap(({ ended }) => ended),
      [id],
    )
    t.equal(await store.tokens.find('one'), undefined)
    t.ok(await store.tokens.find('of bob'))
  })

  await t.test('ends a token of the caller’s account, and its presence', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const token = await make(store, ann, { hash: 'one' })
    const kept = await make(store, ann, { hash: 'two' })
    const session = (await store.sessions.find(token.id)) as Session
    await store.presence.change({ enter: [session], leave: [] })
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    t.equal(await store.tokens.end(by(bob), token.id), 'unknown-token', 'it is another’s')
    t.equal(await store.tokens.end(by(ann), token.id + 1), 'unknown-token')
    t.equal(await store.tokens.end(by(ann), ann.id), 'unknown-token', 'a login is none')
    t.same(updates, [])

    t.equal(await store.tokens.end(by(ann), token.id), 'ended')
    t.same(
      updates.map(({ ended, left }) => ({ ended, left })),
      [{ ended: [token.id], left: [token.id] }],
    )
    t.equal(await store.tokens.find('one'), undefined)
    t.equal(await store.sessions.find(token.id), undefined)
    t.match(await store.log.append([draft(session, 'late')], newBatchId()), [
      { kind: 'session-ended' },
    ])
    t.equal(await store.tokens.end(by(ann), token.id), 'unknown-token', 'it has ended')
    await store.sessions.end(ann.id)
    t.equal(await store.tokens.end(by(ann), kept.id), 'session-ended')
    t.equal(await store.tokens.find('two'), kept.id, 'it lives on without the login')
  })

  await t.test('judges the caller and the proof where it makes a token', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const create = (caller: ProvenCaller, wanted: Partial<NewToken> = {}) =>
      store.tokens.create(caller, newToken({ hash: 'one', ...wanted }))
    const password = (passwordHash: string): ProvenCaller => {
      return { caller: by(ann), proof: { kind: 'password', passwordHash } }
    }
    for (const scope of ['moderate', 'admin', 'people'] as const)
      t.equal(await create(proven(ann), { scopes: ['read', scope] }), 'scope-above-role', scope)
    clock.advance(10 * minute)
    const first = await make(store, ann, { hash: 'first' })
    clock.advance(1)
    t.equal(await create(proven(ann)), 'not-fresh')
    t.equal(await create(password('hash of before')), 'not-fresh')
    t.match(await create(password('hash of ann')), { name: 'A token' })
    const token = {
      caller: { kind: 'session', session: first.id },
      proof: { kind: 'login' },
    } as const
    t.equal(await create(token, { hash: 'two' }), 'session-ended', 'a token makes none')
    await store.sessions.end(ann.id)
    t.equal(await create(password('hash of ann'), { hash: 'two' }), 'session-ended')
    t.equal(await store.tokens.find('two'), undefined)
  })

  await t.test('an account has at most 50 tokens that are alive', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    await make(store, bob, { hash: 'of bob' })
    await make(store, ann, { hash: 'short', ttlMs: minute })
    for (let count = 2; count <= 49; count++) await make(store, ann, { hash: `${count}` })
    const both = await Promise.all(
      ['one', 'other'].map((hash) => store.tokens.create(proven(ann), newToken({ hash }))),
    )
    t.equal(both.filter((made) => made === 'too-many-tokens').length, 1, 'also of two at once')
    clock.advance(minute)
    await make(store, ann, { hash: 'in place of the expired one' })
    t.equal(await store.tokens.create(proven(ann), newToken({ hash: 'x' })), 'too-many-tokens')
  })

  await t.test('tokens neither count as logins nor make room for one', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const tokens = [
      await make(store, ann, { hash: 'one' }),
      await make(store, ann, { hash: 'two' }),
    ]
    for (let count = 2; count <= 101; count++) await openSession(store, ann.account.id, hour)
    for (const { id } of tokens) t.ok(await store.sessions.find(id))
    t.equal((await store.sessions.newest(1000)).length, 102)
  })
}

function by({ id }: Session): ProvenCaller['caller'] {
  return { kind: 'session', session: id }
}

/** By a login of a moment ago. */
function proven(session: Session): ProvenCaller {
  return { caller: by(session), proof: { kind: 'login' } }
}

function newToken(wanted: Partial<NewToken>): NewToken {
  return { hash: 'hash', name: 'A token', scopes: ['read'], ttlMs: 24 * hour, ...wanted }
}

/** Throws where it is refused. */
async function make(store: Store, session: Session, wanted: Partial<NewToken>): Promise<Token> {
  const token = await store.tokens.create(proven(session), newToken(wanted))
  if (typeof token === 'string') throw new Error(token)
  return token
}
