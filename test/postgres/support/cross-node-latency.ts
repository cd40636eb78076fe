import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { median } from '../../../bench/machine/statistics.ts'
import type { Cluster } from '../../faults/nodes/support/cluster.ts'
import { call, type Person } from '../../faults/support/caller.ts'
import { EventReader } from '../../support/event-reader.ts'

const posts = 100
/** Between two of them, in ms: each comes alone. */
const everyMs = 20

/** How long a message takes from its post at one node to its receipt at the next, in ms. */
export async function medianCrossNodeLatency(t: Test, cluster: Cluster): Promise<number> {
  const [ann] = cluster.people as [Person]
  const [said, read] = [await cluster.node(0).url, await cluster.node(1).url]
  const cameAt = new Map<string, number>()
  const reader = await EventReader.open({
    url: read,
    token: ann.token,
    onEvent({ data }) {
      if (typeof data?.text === 'string') cameAt.set(data.text, performance.now())
    },
  })
  t.teardown(() => reader.cut())
  await reader.next('ready')
  const times: number[] = []
  for (let number = 0; number < posts; number++) {
    const text = `timed ${number}`
    const since = performance.now()
    const body = { text }
    const { status } = await call(said, 'POST', '/v1/messages/broadcast', { person: ann, body })
    if (status !== 201) t.fail(`answered ${status}`)
    while (!cameAt.has(text)) await delay(1)
    times.push((cameAt.get(text) as number) - since)
    await delay(everyMs)
  }
  reader.cut()
  return median(times)
}
