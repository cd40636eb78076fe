import t from 'tap'
import { postgresRuns } from '../../support/postgres.ts'
import type { Room } from '../../support/room.ts'
import { gaps, words } from '../support/books.ts'
import { call } from '../support/caller.ts'
import { Chain } from '../support/chain.ts'
import { full } from '../support/deadline.ts'
import {
  countByText,
  doorOf,
  openInProcessNodes,
  runConcurrently,
} from './support/in-process-nodes.ts'
import { readLog } from './support/read-log.ts'

const keys = full ? 1_000 : 60
t.setTimeout(full ? 200_000 : 60_000)

if (postgresRuns) {
  t.test('one key on two nodes at once is one message', async (t) => {
    const { databaseUrl, nodes, people } = await openInProcessNodes(t, ['ann', 'bob'])
    const [one, other] = nodes.servers as [Room, Room]
    const readers = [new Chain(doorOf(one), people[0]), new Chain(doorOf(other), people[1])]
    for (const reader of readers) reader.open()
    t.teardown(() => Promise.all(readers.map((reader) => reader.close())))

    const den = '/v1/rooms/den'
    await call(one.url, 'POST', '/v1/rooms', { person: people[0], body: { name: 'den' } })
    await call(one.url, 'PUT', `${den}/members/bob`, { person: people[0], body: {} })
    const firsts: string[] = []
    await runConcurrently(16, [...Array(keys).keys()], async (number) => {
      const person = people[number % 2 === 0 ? 0 : 1]
      const text = `message ${number}`
      const answers = await Promise.all(
        [one, other].map(({ url }) =>
          call(url, 'POST', number % 4 < 2 ? '/v1/messages/broadcast' : `${den}/messages`, {
            person,
            body: { text },
            headers: { 'idempotency-key': `key-${number}` },
          }),
        ),
      )
      const [first, second] = answers.map(({ status, body }) => ({ status, body }))
      const replayed = answers.map(({ headers }) => headers['idempotent-replayed'] === 'true')
      if (first?.status !== 201) t.fail(`${text}: ${first?.status}`)
      t.same(first, second, 'both answers name the same message')
      t.same(replayed.toSorted(), [false, true], 'one of the two is a replay')
      firsts.push(replayed[0] ? 'other' : 'one')
    })

    // Two more are the members of the room.
    await Promise.all(readers.map((reader) => reader.reach(keys + 2)))
    const log = await readLog(databaseUrl)
    t.same(gaps(log), [], 'ids are without gaps')
    t.equal(log.length, keys + 2)
    t.ok(
      countByText(log.slice(2))
        .values()
        .every((copies) => copies === 1),
      'each message is in the log once',
    )
    for (const { kept, doubled, disordered } of readers) {
      t.match({ kept: kept.size, doubled, disordered }, { kept: keys, doubled: 0, disordered: 0 })
    }
    const first = firsts.filter((node) => node === 'one').length
    t.comment(words({ keys, 'first on one node': first, 'first on the other': keys - first }))
  })
}
