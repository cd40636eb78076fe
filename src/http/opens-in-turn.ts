import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** How many streams are opened in one turn of the event loop: some 5 ms of work. */
const perTurn = 20

const opensStream = /^\/v1\/events(?:\?|$)/

/**
 * Opens streams a few a turn of the event loop, in the order in which they were asked for. When
 * thousands come back at once, as after a break of the network, all of their requests can be read in
 * one turn: who posts or reads meanwhile would wait for all of them.
 *
 * @param server one whose requests have a handler already
 */
export function openInTurn(server: Server): void {
  const handlers = server.listeners('request')
  const waiting: [IncomingMessage, ServerResponse][] = []
  let room = perTurn

  function handle(request: IncomingMessage, response: ServerResponse): void {
    for (const handler of handlers) handler.call(server, request, response)
  }

  function open(request: IncomingMessage, response: ServerResponse): void {
    if (room === perTurn) setImmediate(beginTurn)
    room--
    // Its client may have gone while it waited.
    if (!request.socket.destroyed) handle(request, response)
  }

  function beginTurn(): void {
    room = perTurn
    for (const [request, response] of waiting.splice(0, perTurn)) open(request, response)
  }

  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    if (!opensStream.test(request.url as string)) handle(request, response)
    else if (room > 0) open(request, response)
    else waiting.push([request, response])
  })
}
