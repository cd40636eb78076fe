import type { Presence, Ready } from '../client/index.ts'

/** Users who joined and left. */
export interface PresenceChange {
  joined: string[]
  left: string[]
}

/** The users who are online, and all names seen so far. */
export class KnownUsers {
  readonly #names = new Set<string>()
  #online: Set<string> | undefined

  /** All names seen so far, for completion. */
  get names(): Iterable<string> {
    return this.#names
  }

  addNames(...names: string[]): void {
    for (const name of names) this.#names.add(name)
  }

  /**
   * Replaces the online users. Returns the change since the last `ready`: nothing the first time, and
   * nothing if they are too many for the server to list.
   */
  onReady({ user, online }: Pick<Ready, 'user' | 'online'>): PresenceChange {
    const before = this.#online ?? new Set(online)
    const now = new Set(online ?? before)
    this.#online = now
    this.addNames(user, ...now)
    const others = (names: Set<string>) => [...names].filter((name) => name !== user)
    return { joined: others(now.difference(before)), left: others(before.difference(now)) }
  }

  onPresence({ joined, left }: Pick<Presence, 'joined' | 'left'>): void {
    this.addNames(...joined)
    for (const name of joined) this.#online?.add(name)
    for (const name of left) this.#online?.delete(name)
  }
}
