import type { Presence, Ready } from '../client/index.ts'

/** Who came and went. */
export interface PresenceChange {
  joined: string[]
  left: string[]
}

/** Who is known to be online, and whom one has heard of. */
export class KnownUsers {
  readonly #names = new Set<string>()
  #online: Set<string> | undefined

  /** All names that one may want to write to. */
  get names(): Iterable<string> {
    return this.#names
  }

  addNames(...names: string[]): void {
    for (const name of names) this.#names.add(name)
  }

  /**
   * Takes in who is online now. Answers what changed since it was known last: nothing, the first
   * time, and nothing where there are too many to be listed.
   */
  onReady({ user, online }: Pick<Ready, 'user' | 'online'>): PresenceChange {
    const before = this.#online ?? new Set(online)
    const now = new Set(online ?? before)
    this.#online = now
    this.addNames(user, ...now)
    const others = (names: Set<string>) => [...names].filter((name) => name !== user)
    return { joined: others(now.difference(before)), left: others(before.difference(now)) }
  }

  /** Takes in who came and went. */
  onPresence({ joined, left }: Pick<Presence, 'joined' | 'left'>): void {
    this.addNames(...joined)
    for (const name of joined) this.#online?.add(name)
    for (const name of left) this.#online?.delete(name)
  }
}
