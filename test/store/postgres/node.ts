import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { openPostgresStore, type PostgresOptions } from '../../../src/store/postgres/store.ts'
import type { Extent, News, Store } from '../../../src/store/store.ts'

/** A node in this process, and what it was told. */
export interface OpenNode {
  store: Store
  heard: Heard
}

/** Everything a follower heard. */
class Heard {
  /** Ids of entries, in order. */
  readonly ids: number[] = []
  readonly ended: number[] = []
  /** `+7` for session 7 that entered, `-7` for one that left. */
  readonly sessions: string[] = []
  /** `turned`, `lost`, `found`. */
  readonly turns: string[] = []
  extent: Extent | undefined
  #calls: (() => void)[] = []

  news({ entries, ended, entered, left, extent }: News): void {
    this.ids.push(...entries.map(({ id }) => id))
    this.ended.push(...ended)
    this.sessions.push(...entered.map(({ session }) => `+${session}`))
    this.sessions.push(...left.map((session) => `-${session}`))
    this.extent = extent
    this.#call()
  }

  turned(extent: Extent): void {
    this.extent = extent
    this.#turn('turned')
  }

  lost(): void {
    this.#turn('lost')
  }

  found(): void {
    this.#turn('found')
  }

  /** Resolves once it is so. @throws after 30 s */
  async until(so: (heard: this) => boolean): Promise<void> {
    const deadline = Date.now() + 30_000
    while (!so(this)) {
      if (Date.now() > deadline) throw new Error(`never came: ${so}; ${JSON.stringify(this)}`)
      await Promise.race([new Promise<void>((resolve) => this.#calls.push(resolve)), delay(50)])
    }
  }

  #turn(turn: string): void {
    this.turns.push(turn)
    this.#call()
  }

  #call(): void {
    for (const call of this.#calls.splice(0)) call()
  }
}

/** Opens a node that is closed after the test. */
export async function openNode(
  t: Test,
  databaseUrl: string,
  options: Partial<PostgresOptions> = {},
): Promise<OpenNode> {
  const store = await openPostgresStore({
    databaseUrl,
    presenceLeaseMs: 15_000,
    graceMs: 10_000,
    maxConnections: 3,
    ...options,
  })
  t.teardown(() => store.close())
  const heard = new Heard()
  store.follow(heard)
  return { store, heard }
}

/** The same database on another port, as that of a proxy. */
export function through(databaseUrl: string, { port }: { port: number }): string {
  const url = new URL(databaseUrl)
  url.port = String(port)
  return url.href
}
