import { setTimeout as delay } from 'node:timers/promises'
import { cursor, type Exchange, event, message, messages, ready, type Script } from './exchange.ts'

const megabyte = 1_048_576

/** One step for each request; the last one repeats. */
function inTurn(...steps: ((exchange: Exchange) => void)[]): () => Script {
  return () => (exchange, nth) => steps[Math.min(nth, steps.length - 1)]?.(exchange)
}

/** A correct stream: resumes after the cursor, up to the head. */
function honest(head: number) {
  return (exchange: Exchange) => exchange.stream(messages(exchange.after + 1, head) + ready(head))
}

/** Pseudorandom numbers, the same in each run (Lehmer's generator). */
function numbers(): (below: number) => number {
  let state = 4711
  return (below) => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
}

export const streams: Record<string, () => Script> = {
  /** Disconnects anywhere, most often in the middle of an event. */
  cuts() {
    const random = numbers()
    return (exchange) => {
      const rest = messages(exchange.after + 1, 300) + ready(300)
      if (exchange.after === 300) return exchange.stream(rest)
      exchange.stream(rest.slice(0, random(2_000)))
      exchange.cut()
    }
  },

  /** Sends messages twice. */
  repeats: () => (exchange, nth) => {
    const from = Math.max(1, exchange.after - 2)
    exchange.stream(messages(from, from + 5) + messages(from + 4, from + 5))
    if (nth < 5) exchange.end()
    else exchange.write(ready(from + 5))
  },

  /** Undelivered messages have no cursor, and come again until the stream is live. */
  kept: () => (exchange, nth) => {
    const lastId = 3 + nth
    if (exchange.header('last-event-id') !== undefined) return exchange.stream(messages(9, 9))
    let text = ''
    for (let id = 2; id <= lastId; id++) text += event('message', message(id))
    exchange.stream(text)
    if (nth === 2) exchange.write(ready(8))
    exchange.end()
  },

  /** Sends more undelivered messages than the client remembers, and then all of them again. */
  keptFlood: () => (exchange, nth) => {
    let text = ''
    for (let id = 1; id <= 1_500; id++) text += event('message', message(id))
    exchange.stream(text)
    if (nth === 1) exchange.write(ready(1_500))
    exchange.end()
  },

  /** The log is rewound to 5 and has other messages from there. */
  rewinds: inTurn(
    (exchange) => {
      exchange.stream(messages(1, 10))
      exchange.end()
    },
    (exchange) => {
      const reset = { reason: 'rewound', from: 5, oldest: 1, head: 7 }
      exchange.stream(event('reset', reset, '5-mh4k9999'))
      for (const id of [6, 7])
        exchange.write(event('message', message(id, `new ${id}`), `${id}-mh4k9999`))
      exchange.write(event('ready', { user: 'ann', head: 7, onlineCount: 1 }, '7-mh4k9999'))
    },
  ),

  /** Undelivered messages, then messages with cursors, and a restart that lost nothing. */
  restarts: inTurn(
    (exchange) => {
      exchange.stream(event('message', message(2)) + event('message', message(4)))
      exchange.end()
    },
    (exchange) => {
      exchange.stream(event('message', message(2)) + event('message', message(4)))
      exchange.write(ready(5) + messages(6, 7))
      exchange.end()
    },
    (exchange) => {
      const reset = { reason: 'new-epoch', from: 7, oldest: 1, head: 9 }
      exchange.stream(event('reset', reset, '7-mh4k9999'))
      for (const id of [7, 8, 9]) exchange.write(event('message', message(id), `${id}-mh4k9999`))
      exchange.write(event('ready', { user: 'ann', head: 9, onlineCount: 1 }, '9-mh4k9999'))
    },
  ),

  /** One invalid stream after the other, and then a correct one. */
  garbage: inTurn(
    (exchange) => exchange.answer(200, 'text/html', '<h1>Log in to the hotel</h1>'),
    (exchange) => exchange.answer(404, 'text/html', '<h1>No such page</h1>'),
    (exchange) => exchange.answer(502, 'text/html', '<h1>Bad gateway</h1>'),
    (exchange) => exchange.response.writeHead(304, { 'content-type': 'application/json' }).end(),
    (exchange) => exchange.problem(503, 'unavailable', { 'retry-after': '0' }),
    (exchange) => exchange.problem(429, 'too-many-streams', { 'retry-after': '0' }),
    (exchange) => exchange.problem(500, 'internal-error'),
    (exchange) => exchange.answer(503, 'application/problem+json', '{"type":"/probl'),
    (exchange) => exchange.stream('event: message\ndata: {"id":1,"ki\nid: 1-mh4k2c9z\n\n'),
    (exchange) => exchange.stream(event('message', { id: '1' }, cursor(1))),
    (exchange) => exchange.stream(event('ready', { head: 1 }, cursor(1))),
    (exchange) => exchange.stream(event('bye', {})),
    (exchange) => exchange.stream('event: message\nid: 0-x\n\nevent: reset\ndata\n\n'),
    (exchange) =>
      exchange.stream(
        event('future', {}) + event('ready', { user: 'ann', head: 1, onlineCount: 1 }),
      ),
    (exchange) => exchange.response.destroy(),
    honest(2),
  ),

  /** An event of 10 MB in one line, one in many lines, and then a correct stream. */
  huge: inTurn(
    (exchange) => exchange.stream(`data: ${'x'.repeat(10 * megabyte)}\n\n`),
    (exchange) => exchange.stream(`data: ${'x\ndata: '.repeat(megabyte)}`),
    honest(2),
  ),

  /** Sends nothing at all; only the head; only the beginning. */
  stalls: inTurn(
    () => {},
    (exchange) =>
      exchange.response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
    (exchange) => exchange.stream(messages(1, 2)),
    honest(3),
  ),

  /** Heartbeats that come more often than configured. Then the stream ends. */
  beats: () => async (exchange) => {
    exchange.stream(ready(1))
    for (let id = 1; id <= 6; id++) {
      await delay(90)
      exchange.write(event('heartbeat', {}, id === 3 ? undefined : cursor(id)))
    }
    exchange.write(event('presence', { joined: ['bob'], left: [], onlineCount: 2 }))
    exchange.end()
  },

  /** A `bye` for each reason that does not end the session. */
  byes: inTurn(
    ...['renew', 'unavailable', 'shutting-down', 'replaced'].map(
      (reason) => (exchange: Exchange) => {
        const retry = reason === 'shutting-down' ? 'retry: 27\n' : ''
        exchange.stream(ready(1) + retry + event('bye', { reason }))
        exchange.end()
      },
    ),
    honest(1),
  ),

  /** One event of a room on each connection, which then ends. */
  rooms: () => (exchange) => {
    const id = exchange.after + 1
    exchange.stream(event('room.deleted', { room: `room-${id}` }, cursor(id)))
    exchange.end()
  },

  loggedOut: inTurn((exchange) => exchange.stream(event('bye', { reason: 'logged-out' }))),
  banned: inTurn((exchange) => exchange.stream(event('bye', { reason: 'banned' }))),
  expired: inTurn((exchange) => exchange.stream(event('bye', { reason: 'session-expired' }))),
  unauthorized: inTurn((exchange) => exchange.problem(401, 'unauthorized')),
  badCursor: inTurn((exchange) => exchange.problem(400, 'invalid-request')),

  /** 100,000 messages, as fast as they are read. */
  flood: () => async (exchange) => {
    exchange.stream()
    for (let from = exchange.after + 1; from <= 100_000; from += 100)
      if (!exchange.write(messages(from, from + 99))) await drained(exchange)
    exchange.write(ready(100_000))
  },

  /** 32 MB. The text of message 1 says whether all of it was sent when the stream no longer moves. */
  heavy() {
    let written = 0
    let blocked = false
    return async (exchange) => {
      if (exchange.path === 'v1/messages/1') {
        for (let before = -1; !blocked || before !== written; await delay(200)) before = written
        return exchange.json(200, message(1, written < 32 ? 'held back' : 'all gone'))
      }
      exchange.stream()
      for (let id = 1; id <= 32; id++) {
        blocked = !exchange.write(messages(id, id, 'x'.repeat(megabyte)))
        if (blocked) await drained(exchange)
        blocked = false
        written = id
      }
      blocked = true
    }
  },
}

function drained({ response }: Exchange): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}
