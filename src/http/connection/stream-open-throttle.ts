import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { interceptRequests } from './intercept-requests.ts'

/** How many streams one turn of the event loop opens at least: some 5 ms of work. */
const minPerTurn = 20

/**
 * And at most. Between the two it is one for each ms that the last turn took: opening takes 0.25 ms, so
 * it takes a quarter of the time.
 */
const maxPerTurn = 200

const streamPath = /^\/v1\/events(?:\?|$)/

/**
 * Opens a few streams in each turn of the event loop, in the order of the requests. When thousands of
 * clients reconnect at once, as after a network failure, Node can read all of their requests in one
 * turn, and other requests would wait for all of them.
 *
 * A pipelined request does not wait here but for its own connection (`pipeline-queue.ts`), so no
 * more requests wait than there are connections.
 *
 * @param server must have its request handlers already
 * @param now a monotonic clock, in ms
 */
export function throttleStreamOpens(server: Server, now = () => performance.now()): void {
  const waiting: { socket: Socket; handle: () => void }[] = []
  let budget = minPerTurn
  let turnBegan: number | undefined

  function open(handle: () => void): void {
    if (turnBegan === undefined) {
      turnBegan = now()
      setImmediate(beginTurn, turnBegan)
    }
    budget--
    handle()
  }

  function beginTurn(lastBegan: number): void {
    turnBegan = undefined
    budget = Math.min(maxPerTurn, Math.max(minPerTurn, Math.floor(now() - lastBegan)))
    while (budget > 0) {
      const next = waiting.shift()
      if (next === undefined) return
      // The client may have left while it waited.
      if (!next.socket.destroyed) open(next.handle)
    }
  }

  interceptRequests(server, ({ url = '', socket }, response, handle) => {
    const isPipelined = response.socket === null
    if (isPipelined || !streamPath.test(url)) handle()
    else if (budget > 0) open(handle)
    else waiting.push({ socket, handle })
  })
}
