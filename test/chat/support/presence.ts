import { Presence } from '../../../src/chat/presence.ts'
import type {
  PresenceChange,
  PresenceStore,
  PresentSession,
} from '../../../src/store/presence-store.ts'
import type { Session } from '../../../src/store/session-store.ts'
import { Unavailable } from '../../../src/store/store-errors.ts'

const usernames = ['ann', 'bob', 'Cid', 'dan']
/** Session 11 and 12 are Ann's (account 1), 21 is Bob's, and so on. */
const person = (session: number) => {
  const id = Math.floor(session / 10)
  return { id, username: usernames[id - 1] as string }
}
export const session = (id: number): Session => ({
  id,
  account: { ...person(id), createdAt: 0, role: 'member' },
  createdAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
  nonce: 'n',
})

/** Presence in memory; like a store, it reports an update before the write returns. */
class FakeStore {
  rows = new Map<number, PresentSession>()
  ended = new Set<number>()
  /** The writes, by session ids. */
  changes: Record<keyof PresenceChange, readonly number[]>[] = []
  away = false
  isUpToDate = true
  listener: Presence | undefined
  held: Promise<void> | undefined

  readonly presence: PresenceStore = {
    list: async () => {
      if (this.away) throw new Unavailable('away')
      return [...this.rows.values()]
    },
    change: (change) => this.#change(change),
  }

  async ping() {
    if (this.away) throw new Unavailable('away')
  }

  async #change({ enter: sessions, leave }: PresenceChange) {
    const enter = sessions.map(({ id }) => id)
    this.changes.push({ enter, leave })
    await this.held
    if (this.away) throw new Unavailable('away')
    const left = leave.filter((id) => this.rows.delete(id))
    const entered = enter
      .filter((id) => !this.rows.has(id) && !this.ended.has(id))
      .map((id) => ({ session: id, person: person(id), since: 1000 + id }))
    for (const row of entered) this.rows.set(row.session, row)
    this.listener?.applyUpdate({ entered, left, ended: [] })
  }

  /** Removes a session, like another node or a database that lost it. */
  drop(id: number) {
    this.rows.delete(id)
    this.listener?.applyUpdate({ entered: [], left: [id], ended: [] })
  }

  /** Enters a session like another node, with or without an update. */
  enterElsewhere(id: number, tell = true) {
    const row = { session: id, person: person(id), since: 1000 + id }
    this.rows.set(id, row)
    if (tell) this.listener?.applyUpdate({ entered: [row], left: [], ended: [] })
  }

  /** Ends a session and its presence. */
  end(id: number) {
    this.ended.add(id)
    this.listener?.applyUpdate({ entered: [], left: this.rows.delete(id) ? [id] : [], ended: [id] })
  }
}

export async function open(
  options: { graceMs?: number; minIntervalMs?: number; rows?: number[] } = {},
) {
  const store = new FakeStore()
  for (const id of options.rows ?? []) {
    store.rows.set(id, { session: id, person: person(id), since: 1000 + id })
  }
  const presence = new Presence(store, {
    graceMs: options.graceMs ?? 20,
    retryMs: 5,
    minIntervalMs: options.minIntervalMs ?? 1,
  })
  store.listener = presence
  const reported: string[] = []
  const waiting: (() => void)[] = []
  presence.onChanged(({ person, online }) => {
    reported.push(`${online ? '+' : '-'}${person.username}`)
    for (const wake of waiting.splice(0)) wake()
  })
  const untilReported = async (change: string) => {
    while (!reported.includes(change)) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  await presence.start()
  return { store, presence, reported, untilReported }
}
