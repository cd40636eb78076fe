import type {
  ClientOptions,
  EventStream,
  ObrolClient,
  ObrolEvent,
} from '../../../src/client/index.ts'
import { ObrolError } from '../../../src/client/index.ts'

/** Where a scenario plays: in Node or in a browser. */
export interface ScenarioContext {
  /** A client of the liar, whose script has the scenario's name. */
  client(options?: ClientOptions): ObrolClient
  /** The bytes that the program holds after a collection of garbage. */
  heap(): Promise<number>
}

/** What a client goes through, told as a value, and what it must be. */
export interface Scenario {
  run(stage: ScenarioContext): Promise<unknown>
  outcome: unknown
  /** What it is where it differs in a browser whose inspector is open, and reads all answers itself. */
  watched?: unknown
}

/** Short, so that no scenario waits for long. */
export const shortBackOff = { quickMs: 5, firstMs: 10, longestMs: 20 }

/** Takes events until one of a type has come, and closes the stream. */
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

/** Why a stream was opened anew, each time. */
export function disconnectReasons(events: ObrolEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type !== 'reconnecting') return []
    return event.error instanceof ObrolError ? event.error.code : event.error
  })
}

/** A short word for how something ends. */
export function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'ended',
    (error) => (error instanceof ObrolError ? error.code : String(error)),
  )
}

/** All numbers from one to another. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
