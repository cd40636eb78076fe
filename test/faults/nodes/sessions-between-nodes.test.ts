import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { EventReader } from '../../support/event-reader.ts'
import { postgresRuns } from '../../support/postgres.ts'
import type { Room } from '../../support/room.ts'
import { words } from '../support/books.ts'
import { Chain } from '../support/chain.ts'
import { full } from '../support/deadline.ts'
import { doorOf, openInProcessNodes } from './support/in-process-nodes.ts'

const movers = 10
const moves = full ? 500 : 30
const graceMs = 1_500
t.setTimeout(full ? 300_000 : 60_000)

if (postgresRuns) {
  t.test('a person who moves between nodes within the grace does not leave', async (t) => {
    const names = Array.from({ length: movers }, (_, number) => `mover${number}`)
    const { nodes, people } = await openInProcessNodes(t, ['ann', 'bob', 'cid', ...names], {
      count: 3,
      settings: { presenceGraceMs: graceMs },
    })
    const watchers = nodes.servers.map((node, at) =>
      new Chain(doorOf(node), people[at] as (typeof people)[0]).open(),
    )
    t.teardown(() => Promise.all(watchers.map((watcher) => watcher.close())))
    await Promise.all(watchers.map((watcher) => watcher.come('ready')))
    const graces = { over: 0, away: 0 }

    const streams = await Promise.all(
      people.slice(watchers.length).map(async (person, first) => {
        let at = first
        let stream = await open(nodes.servers[at % 3] as Room, person.token)
        for (let move = 0; move < moves / movers; move++) {
          // Some stay until the grace on the last node is over, and some move at once.
          const stay = [0, 0.2, 1.2][(first + move) % 3] as number
          if (stay > 1) graces.over++
          await delay(graceMs * stay)
          at += 1 + (move % 2)
          const node = nodes.servers[at % 3] as Room
          const since = performance.now()
          if (move % 2 === 0) stream.cut()
          const next = await open(node, person.token, stream.cursor)
          if (move % 2 === 0) graces.away = Math.max(graces.away, performance.now() - since)
          else stream.cut()
          stream = next
        }
        return stream
      }),
    )

    // Anyone who was missed would have left by now.
    await delay(graceMs * 1.2)
    for (const { presence } of watchers) {
      t.same(
        presence.flatMap(({ left }) => left),
        [],
        'nobody left',
      )
      const joined = presence.flatMap(({ joined }) => joined as string[])
      const movers = joined.filter((name) => names.includes(name))
      t.same(movers.toSorted(), names.toSorted(), 'each entered once')
    }
    for (const stream of streams) stream.cut()
    for (const watcher of watchers) {
      await watcher.until(() => names.every((name) => !watcher.online.has(name)), 'all to leave')
      const left = watcher.presence.flatMap(({ left }) => left as string[])
      t.same(left.toSorted(), names.toSorted(), 'each left once')
    }
    const away = Math.round(graces.away)
    t.comment(words({ moves, 'grace over elsewhere': graces.over, 'away at most (ms)': away }))
  })
}

async function open({ url }: Room, token: string, cursor?: string): Promise<EventReader> {
  const stream = await EventReader.open({ url, token, cursor })
  await stream.next('ready')
  return stream
}
