import { checkServer } from './check-server.ts'
import { Connection } from './connection.ts'

/** How one of several servers is reached. */
export interface ConnectOptions {
  /** How long each may take to be reached, in ms. */
  connectTimeoutMs: number
  /** The index of the one that is tried first; default 0. */
  first?: number
  /** Hears the payload of each notification. */
  onNotification?: ((payload: string) => void) | undefined
}

/**
 * A connection to the first of several servers that takes writes, and the index of its URL.
 *
 * @throws what went wrong at the last of them, as the driver has it
 */
export async function connectToPrimary(
  serverUrls: readonly string[],
  { connectTimeoutMs, first = 0, onNotification }: ConnectOptions,
): Promise<{ connection: Connection; index: number }> {
  let failure: unknown
  for (let tried = 0; tried < serverUrls.length; tried += 1) {
    const index = (first + tried) % serverUrls.length
    const connection = new Connection(serverUrls[index] as string, onNotification)
    try {
      await checkServer(connection, connectTimeoutMs)
      return { connection, index }
    } catch (error) {
      failure = error
      void connection.close()
    }
  }
  throw failure
}
