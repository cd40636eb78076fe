import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { openFaultyServer } from './faulty-server/faulty-server.ts'
import { runScenario, scenarios } from './scenarios/run-scenario.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

async function heap(): Promise<number> {
  collect()
  return process.memoryUsage().heapUsed
}

t.test('a server that disconnects, stalls, repeats, rewinds and sends invalid data', async (t) => {
  const serverUrl = await openFaultyServer(t)
  // Most of them wait.
  t.jobs = 8
  for (const [name, { outcome }] of Object.entries(scenarios))
    t.test(name, { buffered: name !== 'flood' }, async (t) => {
      t.same(await runScenario(name, serverUrl, heap), outcome)
    })
})
