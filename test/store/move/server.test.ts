import { join } from 'node:path'
import t, { type Test } from 'tap'
import { move } from '../../../src/store/move/move.ts'
import type { EventReader } from '../../support/event-reader.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { Guest, openRoom, type Room } from '../../support/room.ts'

const settings = { heartbeatMs: 200, presenceGraceMs: 100 }

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('clients go on after a move to PostgreSQL and back', async (t) => {
    const folder = t.testdir()
    const [here, back] = [join(folder, 'here'), join(folder, 'back')]
    const database = await (await sharedPostgres()).emptyDatabase()

    const first = await openRoom(t, { folder: here, settings })
    const [ann, bob, cid] = [
      await first.register('ann'),
      await first.join('bob'),
      await first.register('cid'),
    ]
    await ann.broadcast('a', { 'idempotency-key': 'once' })
    const seen = [await bob.stream.next('message')]
    await ann.direct('cid', 'kept', { whenOffline: 'keep' })
    await ann.broadcast('missed by bob')
    await first.stop()
    await move(here, database)

    const second = await openRoom(t, {
      folder: join(folder, 'unused'),
      settings: { ...settings, databaseUrl: database },
      tuning: { postgres: { maxConnections: 2 } },
    })
    seen.push(...(await resume(t, second, bob, seen.at(-1)?.id, ['missed by bob'])))
    await checkRetry(t, second, ann)
    await checkDeliveredOnce(t, second, cid)
    t.match(await at(second, ann).broadcast('from PostgreSQL'), { status: 201, body: { id: 4 } })
    await second.register('dan')
    await second.stop()
    await move(database, back)

    const third = await openRoom(t, { folder: back, settings })
    await checkRetry(t, third, ann)
    await resume(t, third, bob, seen.at(-1)?.id, ['from PostgreSQL'])
    await resume(t, third, bob, seen[0]?.id, ['missed by bob', 'from PostgreSQL'])
    t.match(await third.login('dan'), { username: 'dan' }, 'an account from between the moves')
    await third.stop()
  })
}

/** The same person with the same token on another server. */
function at(room: Room, { username, password, token }: Guest): Guest {
  return new Guest(room, username, password, token)
}

/** A stream resumes from a cursor of the source, with just the missed messages. */
async function resume(t: Test, room: Room, guest: Guest, cursor = '', texts: string[]) {
  const stream = await at(room, guest).open({ cursor })
  await stream.next('ready')
  const [reset, ...events] = stream.events.slice(
    0,
    stream.events.findIndex(({ event }) => event === 'ready'),
  )
  t.equal(reset?.event, 'reset')
  t.match(reset?.data, { reason: 'new-epoch', from: Number(cursor.split('-')[0]) })
  t.same(
    events.map(({ event, data }) => [event, data.text]),
    texts.map((text) => ['message', text]),
  )
  stream.socket.destroy()
  return events
}

/** A retry of a message that was sent before the move is replayed. */
async function checkRetry(t: Test, room: Room, guest: Guest): Promise<void> {
  const again = await at(room, guest).broadcast('a', { 'idempotency-key': 'once' })
  t.match(again, { status: 201, body: { id: 1, text: 'a' } })
  t.equal(again.headers.get('idempotent-replayed'), 'true')
}

/** An undelivered direct message is delivered once. */
async function checkDeliveredOnce(t: Test, room: Room, guest: Guest): Promise<void> {
  const delivered = async (stream: EventReader) => {
    await stream.next('ready')
    await stream.next('heartbeat')
    stream.socket.destroy()
    return stream.texts
  }
  t.same(await delivered(await at(room, guest).open()), ['kept'])
  t.same(await delivered(await at(room, guest).open()), [])
}
