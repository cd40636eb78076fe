import { Connection } from './connection.ts'
import { greet } from './greeting.ts'

/** How one of several servers is reached. */
export interface Reach {
  /** How long each may take to be reached, in ms. */
  greetingMs: number
  /** The index of the one that is tried first; default 0. */
  first?: number
  /** Hears the payload of each notification. */
  onRing?: ((payload: string) => void) | undefined
}

/**
 * A connection to the first of several servers that takes writes, and the index of its URL.
 *
 * @throws what went wrong at the last of them, as the driver has it
 */
export async function reach(
  addresses: readonly string[],
  { greetingMs, first = 0, onRing }: Reach,
): Promise<{ connection: Connection; at: number }> {
  let failure: unknown
  for (let tried = 0; tried < addresses.length; tried += 1) {
    const at = (first + tried) % addresses.length
    const connection = new Connection(addresses[at] as string, onRing)
    try {
      await greet(connection, greetingMs)
      return { connection, at }
    } catch (error) {
      failure = error
      void connection.close()
    }
  }
  throw failure
}
