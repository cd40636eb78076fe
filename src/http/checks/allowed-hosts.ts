import { LRUCache } from 'lru-cache'
import { type Authority, readAuthority } from './authority.ts'

/** A server has few hosts; past this many texts those unused for longest are judged again. */
const defaultCacheSize = 500

/** What a request says whom it is for; `known`: it is one of the hosts that this server answers to. */
export interface CheckedHost extends Authority {
  readonly isAllowed: boolean
}

/**
 * The hosts to answer to. A browser lets a page read all that its own host answers, and by which
 * address a host is reached its owner decides: without this, any page could have its name lead here
 * and read what only this machine or this network may (DNS rebinding).
 */
export class AllowedHosts {
  readonly #any: boolean
  readonly #names: ReadonlySet<string>
  /** Each with the dot before it. */
  readonly #domains: readonly string[]
  readonly #cache: LRUCache<string, CheckedHost>

  /**
   * @param hosts names and addresses as browsers write them, `*.` and a domain, or `*` for any
   * @param options.remembered how many texts are remembered with their judgement (500)
   */
  constructor(hosts: readonly string[] = ['*'], options: { cacheSize?: number } = {}) {
    this.#cache = new LRUCache({ max: options.cacheSize ?? defaultCacheSize })
    this.#any = hosts.includes('*')
    this.#names = new Set(hosts)
    this.#domains = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1))
  }

  /** @returns undefined where the text is no host */
  check(text: string): CheckedHost | undefined {
    const cached = this.#cache.get(text)
    if (cached !== undefined) return cached
    const authority = readAuthority(text)
    if (authority === undefined) return undefined
    const checked = { ...authority, isAllowed: this.#isAllowed(authority) }
    this.#cache.set(text, checked)
    return checked
  }

  /** No browser leaves the host out, as checks of health do: where there is none, none is wrong. */
  #isAllowed({ name }: Authority): boolean {
    return (
      this.#any ||
      name === '' ||
      this.#names.has(name) ||
      this.#domains.some((domain) => name.endsWith(domain))
    )
  }
}
