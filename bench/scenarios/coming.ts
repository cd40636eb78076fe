import { setTimeout as delay } from 'node:timers/promises'
import { DeliveryTimes } from '../load/delivery-times.ts'
import { postSteadily } from '../load/poster.ts'
import { Reader } from '../load/reader.ts'
import { allReceived, checkCounts, closeAll, openStreams } from '../load/streams.ts'
import { percentile } from '../machine/statistics.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { figure, type Sample, type Scenario } from './scenario.ts'

const watchers = 100
const seconds = 10
const perSecond = 4

/** The events that the contract allows each stream, with the first change, which is sent at once. */
const eventsPerSecond = 4

/** Many users connect at once, and every stream gets their presence. */
export const presenceStorm = (full: boolean): Scenario => {
  const people = full ? 5_000 : 1_500
  return {
    name: 'coming',
    title: `${people.toLocaleString('en')} people enter within ten seconds, 4 messages a second`,
    short: `${people.toLocaleString('en')} people come online in ten seconds`,
    contenders: [obrol({ presence: 'full' })],
    people: people + watchers,
    measure: (server) => measure(server, people),
    goals: [
      {
        told: 'at most 4 presence events a second',
        value: figure('events a second', 'obrol'),
        holds: (value) => value <= eventsPerSecond + 1 / seconds,
        unit: '/s',
      },
      {
        told: 'live messages’ p99 under 250 ms',
        value: figure('p99', 'obrol'),
        holds: (value) => value < 250,
        unit: 'ms',
      },
    ],
    columns: [
      ['s until all', 's until all were in', 1],
      ['events a second', 'presence events/s', 1],
      ['p99', 'ms p99', 0],
      ['load', 'of the load’s core', 2],
    ],
  }
}

async function measure(server: Server, people: number): Promise<Sample> {
  const messages = perSecond * seconds
  const receipts = new DeliveryTimes(watchers, messages)
  const watching = await openStreams(server, watchers, (index) => ({
    token: server.tokens[people + index],
    counting: 'event: presence',
    onId: (id) => receipts.received(id),
  }))
  // Until the presence of the watchers themselves was sent.
  await delay(1_000)
  const before = watching.map(({ others }) => others)
  const load = process.cpuUsage()
  const began = performance.now()
  const chatting = postSteadily(server.port, (n) => server.broadcast(n), {
    perSecond,
    seconds,
    onAnswer: (id, dueAt) => receipts.due(id, dueAt),
  })
  const entering = await enter(server, people)
  await Promise.all(entering.map(({ ready }) => ready))
  const took = (performance.now() - began) / 1000
  await chatting
  await allReceived(watching, messages)
  checkCounts(watching, messages)
  const lasted = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(load)
  const most = Math.max(...watching.map(({ others }, index) => others - (before[index] as number)))
  closeAll([...watching, ...entering])
  return {
    's until all': took,
    'events a second': most / lasted,
    p99: percentile(receipts.latencies(), 0.99),
    load: (user + system) / 1e6 / lasted,
  }
}

/** Users who connect one after the other, spread over the time. */
async function enter(server: Server, people: number): Promise<Reader[]> {
  const entering: Reader[] = []
  const began = performance.now()
  while (entering.length < people) {
    const due = Math.min(people, ((performance.now() - began) / 1000 / seconds) * people)
    while (entering.length < due)
      entering.push(
        new Reader({
          port: server.port,
          path: server.streamPath,
          readyMark: server.readyMark,
          token: server.tokens[entering.length],
        }),
      )
    await delay(5)
  }
  return entering
}
