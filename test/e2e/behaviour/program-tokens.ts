import type { Test } from 'tap'
import { EventReader } from '../../support/event-reader.ts'
import { Guest } from '../../support/room.ts'
import { heardOfTheEnd } from '../support/requests.ts'
import type { OpenRoom } from './rooms.ts'

/** What a program does with a token, and what it cannot do. */
export function programTokens(t: Test, open: OpenRoom): void {
  // What these tests do most is wait.
  t.jobs = 3

  t.test('a program posts, reads and listens as its person, without a login', async (t) => {
    const room = await open(t)
    const bob = await room.join('bob')
    const ann = await room.register('ann')
    const bot = await programOf(ann, ['read', 'write'])
    const stream = await bot.open()
    await stream.next('ready')
    await bob.stream.next('presence', ({ joined }) => joined.includes('ann'))
    t.match((await bot.broadcast('Hello')).body, { from: 'ann', text: 'Hello' })
    for (const reader of [stream, bob.stream])
      t.match((await reader.next('message')).data, { from: 'ann', text: 'Hello' })
    t.match((await bob.direct('ann', 'Hi', { whenOffline: 'reject' })).status, 201)
    t.match((await stream.next('message', ({ kind }) => kind === 'direct')).data, { text: 'Hi' })
    const { body } = await bot.call('GET', '/v1/me')
    t.match(body, { user: { username: 'ann' }, session: { expiresAt: String } })
    t.equal((await bot.call('POST', '/v1/rooms', { name: 'tea' })).status, 201)
    const logout = await ann.call('POST', '/v1/logout')
    t.equal(logout.status, 204)
    t.equal((await bot.broadcast('Still here')).status, 201, 'the login is not needed any more')
  })

  t.test('a token that was ended is dead at once, with its streams and its presence', async (t) => {
    const room = await open(t, { settings: { presenceGraceMs: 20_000 } })
    const bob = await room.join('bob')
    const ann = await room.register('ann')
    const bot = await programOf(ann, ['read', 'write'])
    const kept = await programOf(ann, ['read', 'write'])
    const stream = await bot.open()
    await stream.next('ready')
    await bob.stream.next('presence', ({ joined }) => joined.includes('ann'))
    t.equal((await bot.broadcast('before')).status, 201)

    t.equal((await ann.call('DELETE', `/v1/tokens/${bot.id}`)).status, 204)
    t.equal((await bot.broadcast('after')).status, 401, 'nothing is stored, on whichever server')
    t.same((await stream.next('bye')).data, { reason: 'logged-out' })
    await stream.ended()
    await bob.stream.next('presence', ({ left }) => left.includes('ann'))
    await heardOfTheEnd(room, bot.token)
    for (const path of ['/v1/me', '/v1/events']) t.equal((await bot.call('GET', path)).status, 401)
    t.equal((await kept.broadcast('another token goes on')).status, 201)
    const { body } = await bob.call('GET', '/v1/messages')
    const texts = body.messages.map(({ text }: { text: string }) => text)
    t.same(texts, ['before', 'another token goes on'])
  })

  t.test('a token has no place in an address, and opens no other door', async (t) => {
    const room = await open(t)
    const ann = await room.register('ann')
    const bot = await programOf(ann, ['read', 'write'])
    const inAddress = await EventReader.open({ url: room.url, query: `?token=${bot.token}` })
    t.equal(inAddress.status, 401)
    for (const [method, path] of [
      ['POST', '/v1/events/token'],
      ['GET', '/v1/tokens'],
      ['POST', '/v1/tokens'],
      ['POST', '/v1/logout'],
    ] as const) {
      const { status, body } = await bot.call(method, path)
      t.match({ status, type: body.type }, { status: 403, type: '/problems/forbidden' }, path)
    }
    t.equal((await bot.call('GET', '/v1/me')).status, 200, 'it was not logged out')
  })
}

/** A program with a token of someone. */
export async function programOf(guest: Guest, scopes: string[]): Promise<Guest & { id: number }> {
  const { status, body } = await guest.call('POST', '/v1/tokens', { name: 'A program', scopes })
  if (status !== 201) throw new Error(JSON.stringify(body))
  const program = new Guest(guest.room, guest.username, guest.password, body.token)
  return Object.assign(program, { id: body.id })
}
