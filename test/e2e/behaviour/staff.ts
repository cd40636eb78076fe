import type { Test } from 'tap'
import { callByConsole } from '../../support/console.ts'
import type { Guest } from '../../support/room.ts'
import type { OpenRoom } from './rooms.ts'

/** How often each race is run. */
const rounds = 6

async function openWithStaff(t: Test, open: OpenRoom) {
  const room = await open(t)
  const [ann, bob] = [await room.register('ann'), await room.register('bob')]
  const grant = (name: string, role: string) =>
    callByConsole(room, 'PUT', `/v1/admin/users/${name}/role`, { role })
  await grant('ann', 'admin')
  await grant('bob', 'admin')
  return { room, ann, bob, grant }
}

const put = (by: Guest, path: string, body: object = {}) =>
  by.call('PUT', `/v1/admin/users/${path}`, body)

/** What the staff does counts on every server as soon as it is answered. */
export function staff(t: Test, open: OpenRoom): void {
  t.test('of two admins who demote or ban each other at once one stays', async (t) => {
    const { room, ann, bob, grant } = await openWithStaff(t, open)
    for (let round = 0; round < rounds; round++) {
      const demote = (by: Guest, other: Guest) =>
        put(by, `${other.username}/role`, { role: 'member' })
      const answers = await Promise.all([demote(ann, bob), demote(bob, ann)])
      const statuses = answers.map(({ status }) => status).sort()
      t.equal(statuses[0], 204, `one is demoted: ${statuses}`)
      t.ok([403, 409].includes(statuses[1] as number), `the other is not: ${statuses}`)
      await grant('ann', 'admin')
      await grant('bob', 'admin')
    }
    const ban = (by: Guest, other: Guest) => put(by, `${other.username}/ban`)
    const statuses = (await Promise.all([ban(ann, bob), ban(bob, ann)])).map(({ status }) => status)
    t.equal(statuses.filter((status) => status === 204).length, 1, `${statuses}`)
    const left = await callByConsole(room, 'GET', '/v1/admin/users?role=admin&banned=false')
    t.equal(left.body.users.length, 1)
  })

  t.test('nothing of who is banned is stored after the answer, whatever they do', async (t) => {
    const { room, ann } = await openWithStaff(t, open)
    for (let round = 0; round < rounds; round++) {
      const name = `cid${round}`
      const cid = await room.register(name)
      const [elsewhere, again] = [await room.login(name), await room.login(name)]
      const streams = await Promise.all([cid.open(), elsewhere.open(), again.open()])
      for (const stream of streams) await stream.next('ready')
      let isAnswered = false
      let said = 0
      const stored: boolean[] = []
      const keepPosting = async (guest: Guest) => {
        for (let count = 0; ; count++) {
          const begunAfter = isAnswered
          const { status } = await guest.broadcast(`${name} ${count}`)
          if (status === 201 && begunAfter) stored.push(true)
          if (status !== 201) return status
          said++
        }
      }
      const posting = [cid, elsewhere, again].map(keepPosting)
      while (said < 4 * round) await new Promise(setImmediate)
      t.equal((await put(ann, `${name}/ban`)).status, 204)
      isAnswered = true
      const { body } = await ann.call('GET', '/v1/messages?limit=1')
      const last = body.messages[0]?.id ?? 0
      const statuses = await Promise.all(posting)
      for (const status of statuses) t.equal(status, 401)
      t.same(stored, [])
      const after = await ann.call('GET', `/v1/messages?after=${last}`)
      t.same(after.body.messages, [], 'no post was stored after the answer')
      for (const stream of streams)
        t.match(await stream.next('bye'), { data: { reason: 'banned' } })
      const login = await room.call('POST', '/v1/login', {
        body: { username: name, password: `${name}-password` },
      })
      t.equal(login.body.type, '/problems/banned')
    }
  })

  t.test('a mute counts on every server', async (t) => {
    const { room, ann } = await openWithStaff(t, open)
    const cid = await room.register('cid')
    const sessions = [cid, await room.login('cid'), await room.login('cid')]
    t.equal((await put(ann, 'cid/mute')).status, 204)
    for (const session of sessions) t.equal((await session.broadcast('hi')).status, 403)
    t.equal((await ann.call('DELETE', '/v1/admin/users/cid/mute')).status, 204)
    for (const session of sessions) t.equal((await session.broadcast('hi')).status, 201)
  })

  t.test('a role that was taken is no right any more, on any server', async (t) => {
    const { room, ann, bob } = await openWithStaff(t, open)
    await room.register('cid')
    const elsewhere = await room.login('bob')
    t.equal((await put(ann, 'bob/role', { role: 'moderator' })).status, 204)
    for (const by of [bob, elsewhere]) {
      const { body } = await by.call('GET', '/v1/me')
      t.equal(body.user.role, 'moderator')
    }
    for (const by of [bob, elsewhere])
      t.equal((await put(by, 'cid/role', { role: 'admin' })).status, 403)
    t.equal((await put(ann, 'bob/role', { role: 'member' })).status, 204)
    for (const by of [bob, elsewhere]) t.equal((await put(by, 'cid/mute')).status, 403)
  })
}
