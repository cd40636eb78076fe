import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/**
 * Lets answers arrive before the server closes. Node takes a connection for idle once an answer's
 * last byte is handed over to it, and closes it then, however much a slow reader has yet to take.
 */
export function finishAnswers(app: FastifyInstance): void {
  const onTheirWay = new Set<ServerResponse>()
  app.addHook('onSend', async (_request, { raw }) => {
    onTheirWay.add(raw)
    raw.once('close', () => onTheirWay.delete(raw))
  })
  app.addHook('preClose', async () => {
    await Promise.all([...onTheirWay].map((answer) => once(answer, 'close')))
  })
}
