import type { Test } from 'tap'
import type { EventReader } from './event-reader.ts'
import { sharedPostgres } from './postgres.ts'
import { Room, type RoomOptions, temporaryFolder } from './room.ts'

export interface NodesOptions extends RoomOptions {
  /** Default: a new one on the server that the tests share. */
  databaseUrl?: string
  /** How many servers; default 2. */
  count?: number
}

/**
 * Several servers in this process on one database, as one room: each session is on another server
 * than the one before it, and each of its streams opens on another than the last. Its calls go
 * where its newest stream is; a call without a session goes to each server in turn.
 */
export class Nodes extends Room {
  readonly #servers: readonly Room[]
  readonly #at = new Map<string, number>()
  #turn = 0

  constructor({ databaseUrl, count = 2, folder = '', settings, tuning, ...rest }: NodesOptions) {
    super(folder, {})
    const onDatabase = {
      // Without a folder there is no place for it.
      ...(folder === '' && { adminSocket: 'off' }),
      ...settings,
      ...(databaseUrl !== undefined && { databaseUrl }),
    }
    const { retentionMs, retentionNow, ...each } = {
      ...tuning,
      postgres: { maxConnections: 4, ...tuning?.postgres },
    }
    // Where a test trims the log, one server does, so that the test can tell when it is done.
    const first = {
      ...each,
      ...(retentionMs !== undefined && { retentionMs }),
      ...(retentionNow && { retentionNow }),
    }
    this.#servers = Array.from({ length: count }, (_, number) => {
      return new Room(folder, {
        ...rest,
        settings: onDatabase,
        tuning: number === 0 ? first : each,
      })
    })
  }

  override get servers(): readonly Room[] {
    return this.#servers
  }

  override serves(stream: EventReader): boolean {
    return this.#servers.some((node) => node.serves(stream))
  }

  override get server(): Room['server'] {
    return this.#node(0).server
  }

  override get url(): string {
    return this.#node(this.#turn++).url
  }

  override addressOf(token: string | undefined): string {
    return token === undefined ? this.url : this.#node(this.#nodeOf(token)).url
  }

  override streamAddressOf(token: string): string {
    const next = this.#nodeOf(token) + 1
    this.#at.set(token, next)
    return this.#node(next).url
  }

  override async start(): Promise<void> {
    await Promise.all(this.#servers.map((node) => node.start()))
  }

  override async stop(): Promise<void> {
    await Promise.all(this.#servers.map((node) => node.stop()))
  }

  #nodeOf(token: string): number {
    const known = this.#at.get(token)
    if (known !== undefined) return known
    this.#at.set(token, this.#turn++)
    return this.#nodeOf(token)
  }

  #node(number: number): Room {
    return this.#servers[number % this.#servers.length] as Room
  }
}

/** Servers on one database, stopped after the test. */
export async function openNodes(t: Test, options: NodesOptions = {}): Promise<Nodes> {
  const databaseUrl = options.databaseUrl ?? (await (await sharedPostgres()).freshDatabase())
  const folder = options.folder ?? (await temporaryFolder(t))
  const nodes = new Nodes({ ...options, folder, databaseUrl })
  t.teardown(() => nodes.stop())
  await nodes.start()
  return nodes
}
