import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { Exchange } from './exchange.ts'
import { scripts } from './scripts.ts'

/** What a script does with one request; `nth` counts those of a run, from 0. */
export type Script = (exchange: Exchange, nth: number) => void

/**
 * A server that breaks off, stalls, repeats itself, rewinds and lies: `/<script>/<run>/v1/…` plays
 * the script of that name, from its beginning for each run. Closed after the test.
 *
 * @param otherwise answers what is below no script
 * @returns its address, with a slash at the end
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
