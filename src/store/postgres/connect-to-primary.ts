import { checkServer } from './check-server.ts'
import { Connection } from './connection.ts'

export interface ConnectOptions {
  /** For each server, in ms. */
  connectTimeoutMs: number
  /** The index of the server to try first; default 0. */
  first?: number
  /** Called with the payload of each notification. */
  onNotification?: ((payload: string) => void) | undefined
}

/**
 * Connects to the first of several servers that takes writes.
 *
 * @returns also the index of its URL
 * @throws the error of the last server, as the driver reports it
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

/** The part of a URL before its hosts, and the hosts. */
const hostsPattern = /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)/

/** The servers of a URL, each as its own URL: `postgres://a:5432,b:5433/chat` has two. */
export function serverUrlsOf(databaseUrl: string): string[] {
  const [, before, hosts] = hostsPattern.exec(databaseUrl) ?? []
  if (!hosts) return [databaseUrl]
  return hosts.split(',').map((host) => databaseUrl.replace(hostsPattern, () => before + host))
}
