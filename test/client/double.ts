import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Test } from 'tap'
import { ObrolClient } from '../../src/client/index.ts'

export interface DoubleAnswer {
  status: number
  body?: unknown
}

/**
 * A server that answers each request by a function of its method, path and body; undefined: it hangs up. Closed after the test.
 *
 * @returns a client of it, and what was requested: method, path and body
 */
export async function openDouble(t: Test, answer: (request: string) => DoubleAnswer | undefined) {
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const requested = `${request.method} ${request.url}${body && ` ${body}`}`
    requests.push(requested)
    const answered = answer(requested)
    if (answered === undefined) return response.destroy()
    const { status, body: content } = answered
    const type = { 'content-type': 'application/json' }
    response.writeHead(status, content === undefined ? {} : type)
    response.end(content === undefined ? undefined : JSON.stringify(content))
  }).listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: new ObrolClient(url, { token: 'hers' }), requests }
}
