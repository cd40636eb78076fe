import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { drainRequest } from './request-drain.ts'

/**
 * Cuts the connection of an answer of which nothing is taken for so long. Node could do so for every
 * connection, but then each of a stream's writes would look for its timer.
 *
 * Lets answers arrive before the server closes. Node takes a connection for idle once an answer's
 * last byte is handed over to it, and closes it then, however much a slow reader has yet to take.
 *
 * Bounds what is still read of a request that is answered before it has come whole.
 *
 * The answers are counted, not kept: the tables of a set of them, once outgrown, would keep all
 * that hangs on an answer until the next full garbage collection.
 *
 * Must be called before there are routes. Not seen here is the answer to a path that cannot be
 * decoded, which Fastify gives without hooks: see `serverOptions`.
 *
 * @param writeTimeoutMs how long an answer waits for its reader, in ms
 */
export function drainResponses(app: FastifyInstance, writeTimeoutMs: number): void {
  let pending = 0
  let onDrained: () => void = () => {}
  function onClosed(): void {
    pending--
    if (pending === 0) onDrained()
  }
  function track(response: ServerResponse): void {
    // Its client has gone before it was ready: it has closed already.
    if (response.destroyed) return
    pending++
    response.socket?.setTimeout(writeTimeoutMs)
    response.once('close', onClosed)
  }
  app.addHook('onSend', (request, { raw }, payload, done) => {
    track(raw)
    drainRequest(request.raw, raw)
    done(null, payload)
  })
  app.addHook('preClose', async () => {
    while (pending > 0)
      await new Promise<void>((resolve) => {
        onDrained = resolve
      })
  })
}
