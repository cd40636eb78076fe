import { LruMap } from 'toad-cache'
import { type Authority, readAuthority } from './authority.ts'

/** How many values of `Host` are cached; a server has few. */
const defaultCacheSize = 500

/** The host that a request is for, and whether this server answers to it. */
export interface CheckedHost extends Authority {
  readonly isAllowed: boolean
}

/**
 * The hosts that this server answers to. Without this check, the owner of any domain could make its
 * name resolve to this server, and a page of that domain could read what only this machine or network
 * may (DNS rebinding).
 */
export class AllowedHosts {
  readonly #any: boolean
  readonly #names: ReadonlySet<string>
  /** Each with a leading dot. */
  readonly #domains: readonly string[]
  readonly #cache: LruMap<CheckedHost>

  /**
   * @param hosts names and addresses as browsers write them, `*.` and a domain, or `*` for any
   * @param options.cacheSize how many values of `Host` are cached (500)
   */
  constructor(hosts: readonly string[] = ['*'], options: { cacheSize?: number } = {}) {
    this.#cache = new LruMap(options.cacheSize ?? defaultCacheSize)
    this.#any = hosts.includes('*')
    this.#names = new Set(hosts)
    this.#domains = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1))
  }

  /** @returns undefined where the text is not a host */
  check(text: string): CheckedHost | undefined {
    const cached = this.#cache.get(text)
    if (cached !== undefined) return cached
    const authority = readAuthority(text)
    if (authority === undefined) return undefined
    const checked = { ...authority, isAllowed: this.#isAllowed(authority) }
    this.#cache.set(text, checked)
    return checked
  }

  /** Without a host it is no browser, but for example a health check: allowed. */
  #isAllowed({ name }: Authority): boolean {
    return (
      this.#any ||
      name === '' ||
      this.#names.has(name) ||
      this.#domains.some((domain) => name.endsWith(domain))
    )
  }
}
