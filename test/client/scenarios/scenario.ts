import type {
  ClientOptions,
  EventStream,
  ObrolClient,
  ObrolEvent,
} from '../../../src/client/index.ts'
import { ObrolError } from '../../../src/client/index.ts'

/** Runs in Node and in a browser. */
export interface ScenarioContext {
  /** A client of the faulty server with the scenario's script. */
  client(options?: ClientOptions): ObrolClient
  /** Bytes of the heap after a garbage collection. */
  heap(): Promise<number>
}

/** One test of the client that runs in Node and in a browser. */
export interface Scenario {
  run(context: ScenarioContext): Promise<unknown>
  outcome: unknown
  /** The outcome in a browser whose inspector reads all responses itself, if it differs. */
  watched?: unknown
}

/** So that no scenario waits for long. */
export const shortBackOff = { quickMs: 5, firstMs: 10, longestMs: 20 }

/** Takes events up to the nth of a type, and closes the stream. */
export async function takeUntil(stream: EventStream, type: ObrolEvent['type'], nth = 1) {
  const events: ObrolEvent[] = []
  let left = nth
  for await (const event of stream) {
    events.push(event)
    if (event.type === type && --left === 0) break
  }
  return events
}

export function idsOf(events: ObrolEvent[]): number[] {
  return events.flatMap((event) => (event.type === 'message' ? [event.message.id] : []))
}

/** Of each `reconnecting` event. */
export function disconnectReasons(events: ObrolEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type !== 'reconnecting') return []
    return event.error instanceof ObrolError ? event.error.code : event.error
  })
}

/** The error code, or `ended`. */
export function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'ended',
    (error) => (error instanceof ObrolError ? error.code : String(error)),
  )
}

/** The integers from `from` to `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
