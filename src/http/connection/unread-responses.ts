import type { FastifyInstance } from 'fastify'

/**
 * Destroys the connection of a client that reads nothing of its answer for so long. Node's own socket
 * timeout would also cost each write to a stream.
 *
 * Makes the server close only after the answers have arrived: Node closes a connection as idle as soon
 * as the answer was handed to the socket, however much the client has yet to read.
 *
 * Must be called before there are routes. Fastify answers a path that cannot be decoded without hooks;
 * see `serverOptions`.
 *
 * @param writeTimeoutMs how long an answer waits for its reader, in ms
 */
export function trackUnreadResponses(app: FastifyInstance, writeTimeoutMs: number): void {
  // Counted, because a set of responses would keep their memory until the next full garbage collection.
  let pending = 0
  let onDrained: () => void = () => {}
  function onClosed(): void {
    pending--
    if (pending === 0) onDrained()
  }
  app.addHook('onSend', (_request, { raw: response }, payload, done) => {
    // A destroyed response has closed already: its client left before it was ready.
    if (!response.destroyed) {
      pending++
      response.socket?.setTimeout(writeTimeoutMs)
      response.once('close', onClosed)
    }
    done(null, payload)
  })
  app.addHook('preClose', async () => {
    while (pending > 0)
      await new Promise<void>((resolve) => {
        onDrained = resolve
      })
  })
}
