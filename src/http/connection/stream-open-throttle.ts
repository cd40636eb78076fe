import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** How many streams are opened in one turn of the event loop at least: some 5 ms of work. */
const minPerTurn = 20

/** And at most. In between it is one for each ms that the last turn took, a quarter of the time. */
const maxPerTurn = 200

const streamPath = /^\/v1\/events(?:\?|$)/

/**
 * Opens streams a few a turn of the event loop, in the order in which they were asked for. When
 * thousands come back at once, as after a break of the network, all of their requests can be read in
 * one turn: who posts or reads meanwhile would wait for all of them.
 *
 * A request behind another on its connection does not wait here: it is judged when its turn comes
 * there, so that those who wait are no more than the connections.
 *
 * @param server one whose requests have a handler already
 * @param now a steady clock, in ms
 */
export function throttleStreamOpens(server: Server, now = () => performance.now()): void {
  const handlers = server.listeners('request')
  const waiting: [IncomingMessage, ServerResponse][] = []
  let budget = minPerTurn
  let turnBegan: number | undefined

  function handle(request: IncomingMessage, response: ServerResponse): void {
    for (const handler of handlers) handler.call(server, request, response)
  }

  function open(request: IncomingMessage, response: ServerResponse): void {
    if (turnBegan === undefined) {
      turnBegan = now()
      setImmediate(beginTurn, turnBegan)
    }
    budget--
    handle(request, response)
  }

  function beginTurn(lastBegan: number): void {
    turnBegan = undefined
    budget = Math.min(maxPerTurn, Math.max(minPerTurn, Math.floor(now() - lastBegan)))
    while (budget > 0) {
      const next = waiting.shift()
      if (next === undefined) return
      // Its client may have gone while it waited.
      if (!next[0].socket.destroyed) open(...next)
    }
  }

  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    const first = response.socket !== null
    if (!first || !streamPath.test(request.url as string)) handle(request, response)
    else if (budget > 0) open(request, response)
    else waiting.push([request, response])
  })
}
