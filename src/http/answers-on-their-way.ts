import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/**
 * Lets answers arrive before the server closes. Node takes a connection for idle once an answer's
 * last byte is handed over to it, and closes it then, however much a slow reader has yet to take.
 */
export function finishAnswers(app: FastifyInstance): void {
  const onTheirWay = new Set<ServerResponse>()
  function note(answer: ServerResponse): void {
    // Its client has gone before it was ready: it has closed already.
    if (answer.destroyed) return
    onTheirWay.add(answer)
    answer.once('close', () => onTheirWay.delete(answer))
  }
  app.addHook('onSend', async (_request, { raw }) => {
    // Behind a pipelined request an answer may never get the socket, and then it never closes.
    if (raw.socket === null) raw.once('socket', () => note(raw))
    else note(raw)
  })
  app.addHook('preClose', async () => {
    while (onTheirWay.size > 0)
      await Promise.all([...onTheirWay].map((answer) => once(answer, 'close')))
  })
}
