import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { calls } from './calls.ts'
import { Exchange, type Script } from './exchange.ts'
import { streams } from './streams.ts'

/** Each call makes a run of its own. */
const scripts: Record<string, () => Script> = { ...streams, ...calls }

/**
 * A server that disconnects, stalls, repeats, rewinds and sends invalid data: `/<script>/<run>/v1/…`
 * answers by the script of that name, from its beginning for each run. Closed after the test.
 *
 * @param otherwise answers all other paths
 * @returns its URL, with a slash at the end
 */
export async function openFaultyServer(t: Test, otherwise?: RequestListener): Promise<string> {
  const runs = new Map<string, { script: Script; count: number }>()
  const server = createServer((request, response) => {
    const [, name, run, ...rest] = (request.url as string).split('/')
    const make = scripts[name as string]
    if (make === undefined) return otherwise?.(request, response)
    const key = `${name}/${run}`
    const play = runs.get(key) ?? { script: make(), count: 0 }
    runs.set(key, play)
    request.resume()
    play.script(new Exchange(request, response, rest.join('/')), play.count++)
  }).listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
