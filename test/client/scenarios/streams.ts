import type { EventsOptions, ObrolEvent } from '../../../src/client/index.ts'
import {
  disconnectReasons,
  idsOf,
  outcomeOf,
  range,
  type Scenario,
  type ScenarioContext,
  shortBackOff,
  takeUntil,
} from './scenario.ts'

const megabyte = 1_048_576

function open({ client }: ScenarioContext, options: EventsOptions = {}) {
  return client().events({ backOff: shortBackOff, ...options })
}

/** The outcome is how the stream ends. */
function endScenario(outcome: string): Scenario {
  return { run: (context) => outcomeOf(takeUntil(open(context), 'ready')), outcome }
}

/** The last event has the reason, and the client clears its token. */
function sessionEnd(reason: string): Scenario {
  return {
    run: async (context) => {
      const client = context.client({ token: 'theirs' })
      const events: ObrolEvent[] = []
      for await (const event of client.events({ backOff: shortBackOff })) events.push(event)
      return { events, token: client.token }
    },
    outcome: { events: [{ type: 'ended', reason }], token: undefined },
  }
}

export const streams: Record<string, Scenario> = {
  cuts: {
    run: async (context) => idsOf(await takeUntil(open(context), 'ready')),
    outcome: range(1, 300),
  },
  repeats: {
    run: async (context) => idsOf(await takeUntil(open(context), 'ready')),
    outcome: range(1, 21),
  },
  /** An event of the log is progress: the attempts are counted anew. */
  rooms: {
    run: async (context) => {
      const events = await takeUntil(open(context), 'reconnecting', 3)
      return events.map((event) => {
        if (event.type === 'reconnecting') return event.attempt
        return event.type === 'room.deleted' ? event.deleted.room : event.type
      })
    },
    outcome: ['room-1', 1, 'room-2', 1, 'room-3', 1],
  },
  kept: {
    run: async (context) => {
      const events = await takeUntil(open(context), 'message', 5)
      return events.flatMap((event) =>
        event.type === 'message' ? [[event.message.id, event.cursor]] : [],
      )
    },
    outcome: [
      [2, undefined],
      [3, undefined],
      [4, undefined],
      [5, undefined],
      [9, '9-mh4k2c9z'],
    ],
  },
  keptFlood: {
    run: async (context) => {
      const ids = idsOf(await takeUntil(open(context), 'ready'))
      return [ids.length > 1_500, new Set(ids).size]
    },
    outcome: [true, 1_500],
  },
  rewinds: {
    run: async (context) => {
      const held: string[] = []
      for (const event of await takeUntil(open(context), 'ready')) {
        if (event.type === 'message') held[event.message.id] = event.message.text
        if (event.type === 'reset') held.length = event.reset.from + 1
      }
      return held.slice(1)
    },
    outcome: ['text 1', 'text 2', 'text 3', 'text 4', 'text 5', 'new 6', 'new 7'],
  },
  restarts: {
    run: async (context) => {
      const events = await takeUntil(open(context), 'ready', 2)
      return {
        ids: idsOf(events),
        resets: events.flatMap((event) =>
          event.type === 'reset' ? [[event.reset.reason, event.reset.from, event.cursor]] : [],
        ),
      }
    },
    outcome: { ids: [2, 4, 6, 7, 8, 9], resets: [['new-epoch', 7, '7-mh4k9999']] },
  },
  garbage: {
    run: async (context) => {
      const events = await takeUntil(open(context), 'ready')
      return { losses: disconnectReasons(events), ids: idsOf(events) }
    },
    outcome: {
      losses: [
        ...['bad-answer', 'bad-answer', 'bad-answer', 'bad-answer'],
        ...['unavailable', 'too-many-streams', 'internal-error', 'bad-answer'],
        ...[
          'bad-answer',
          'bad-answer',
          'bad-answer',
          'bad-answer',
          'bad-answer',
          'bad-answer',
          'network',
        ],
      ],
      ids: [1, 2],
    },
  },
  huge: {
    run: async (context) => {
      const events = await takeUntil(open(context), 'ready')
      return { losses: disconnectReasons(events), ids: idsOf(events) }
    },
    outcome: { losses: ['bad-answer', 'bad-answer'], ids: [1, 2] },
  },
  stalls: {
    run: async (context) => {
      const impatient = context.client({ timeoutMs: 200 })
      const stream = impatient.events({ backOff: shortBackOff, heartbeatMs: 100 })
      const events = await takeUntil(stream, 'ready')
      return { losses: [...new Set(disconnectReasons(events))], ids: idsOf(events) }
    },
    outcome: { losses: ['timeout'], ids: [1, 2, 3] },
  },
  beats: {
    run: async (context) => {
      const events = await takeUntil(open(context, { heartbeatMs: 2_000 }), 'reconnecting')
      return events.map((event) => {
        if (event.type === 'heartbeat') return event.cursor
        return event.type === 'reconnecting' ? event.attempt : event.type
      })
    },
    outcome: [
      'ready',
      ...['1-mh4k2c9z', '2-mh4k2c9z', '2-mh4k2c9z', '4-mh4k2c9z', '5-mh4k2c9z', '6-mh4k2c9z'],
      ...['presence', 1],
    ],
  },
  byes: {
    run: async (context) => {
      const events = await takeUntil(open(context), 'ready', 5)
      const waits = events.flatMap((event) =>
        event.type === 'reconnecting' && typeof event.error === 'string' ? [event] : [],
      )
      const exact = ['shutting-down', 'replaced']
      return waits.map(({ error, inMs }) => [error, exact.includes(`${error}`) ? inMs : inMs <= 20])
    },
    outcome: [
      ['renew', true],
      ['unavailable', true],
      ['shutting-down', 27],
      ['replaced', 20],
    ],
  },
  loggedOut: sessionEnd('logged-out'),
  banned: sessionEnd('banned'),
  expired: sessionEnd('session-expired'),
  unauthorized: endScenario('unauthorized'),
  badCursor: endScenario('invalid-request'),

  /** Every message once, in order, and the heap does not grow. */
  flood: {
    run: async (context) => {
      const heaps: number[] = []
      let last = 0
      let inOrder = true
      for await (const event of open(context) as AsyncIterable<ObrolEvent>) {
        if (event.type === 'ready') break
        if (event.type !== 'message') continue
        inOrder &&= event.message.id === last + 1
        last = event.message.id
        if (last === 10_000 || last === 100_000) heaps.push(await context.heap())
      }
      const [before = 0, after = 0] = heaps
      // 90,000 events would take some 20 MB.
      return { last, inOrder, flat: after - before < 6 * megabyte }
    },
    outcome: { last: 100_000, inOrder: true, flat: true },
  },

  /** The server is slowed down while no event is taken, and nothing is lost. */
  heavy: {
    run: async (context) => {
      const client = context.client({ timeoutMs: 20_000 })
      const stream = client.events({ backOff: shortBackOff })
      const first = await stream.next()
      const { text } = await client.message(1)
      const ids = first.done ? [] : idsOf([first.value])
      for await (const event of stream) if (ids.push(...idsOf([event])) === 32) break
      return { text, ids }
    },
    outcome: { text: 'held back', ids: range(1, 32) },
    watched: { text: 'all gone', ids: range(1, 32) },
  },
}
