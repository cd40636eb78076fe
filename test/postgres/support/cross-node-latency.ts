import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { median } from '../../../bench/machine/statistics.ts'
import type { Cluster } from '../../faults/nodes/support/cluster.ts'
import { call, type Person } from '../../faults/support/caller.ts'
import { EventReader } from '../../support/event-reader.ts'

const posts = 100
/** Between two posts, so that each is alone, in ms. */
const pauseMs = 20

/** The median time from a post at one node to its receipt at the next, in ms. */
export async function medianCrossNodeLatency(t: Test, cluster: Cluster): Promise<number> {
  const [ann] = cluster.people as [Person]
  const [sender, receiver] = [await cluster.node(0).url, await cluster.node(1).url]
  const receivedAt = new Map<string, number>()
  const reader = await EventReader.open({
    url: receiver,
    token: ann.token,
    onEvent({ data }) {
      if (typeof data?.text === 'string') receivedAt.set(data.text, performance.now())
    },
  })
  t.teardown(() => reader.cut())
  await reader.next('ready')
  const times: number[] = []
  for (let number = 0; number < posts; number++) {
    const text = `timed ${number}`
    const since = performance.now()
    const body = { text }
    const { status } = await call(sender, 'POST', '/v1/messages/broadcast', { person: ann, body })
    if (status !== 201) t.fail(`answered ${status}`)
    while (!receivedAt.has(text)) await delay(1)
    times.push((receivedAt.get(text) as number) - since)
    await delay(pauseMs)
  }
  reader.cut()
  return median(times)
}
