import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { boundRest } from './rest-of-request.ts'

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
 * @param unreadMs how long an answer waits for its reader, in ms
 */
export function finishAnswers(app: FastifyInstance, unreadMs: number): void {
  let onTheirWay = 0
  let allArrived: () => void = () => {}
  function arrived(): void {
    onTheirWay--
    if (onTheirWay === 0) allArrived()
  }
  function note(answer: ServerResponse): void {
    // Its client has gone before it was ready: it has closed already.
    if (answer.destroyed) return
    onTheirWay++
    answer.socket?.setTimeout(unreadMs)
    answer.once('close', arrived)
  }
  app.addHook('onSend', (request, { raw }, payload, done) => {
    note(raw)
    boundRest(request.raw, raw)
    done(null, payload)
  })
  app.addHook('preClose', async () => {
    while (onTheirWay > 0)
      await new Promise<void>((resolve) => {
        allArrived = resolve
      })
  })
}
