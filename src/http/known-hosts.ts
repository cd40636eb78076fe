import { LRUCache } from 'lru-cache'
import { type Authority, readAuthority } from './authority.ts'

/** A server has few hosts; past this many texts those unused for longest are judged again. */
const remembered = 500

/** What a request says whom it is for; `known`: it is one of the hosts that this server answers to. */
export interface JudgedHost extends Authority {
  readonly known: boolean
}

/**
 * The hosts to answer to. A browser lets a page read all that its own host answers, and by which
 * address a host is reached its owner decides: without this, any page could have its name lead here
 * and read what only this machine or this network may (DNS rebinding).
 */
export class KnownHosts {
  readonly #any: boolean
  readonly #names: ReadonlySet<string>
  /** Each with the dot before it. */
  readonly #domains: readonly string[]
  readonly #judged: LRUCache<string, JudgedHost>

  /**
   * @param hosts names and addresses as browsers write them, `*.` and a domain, or `*` for any
   * @param options.remembered how many texts are remembered with their judgement (500)
   */
  constructor(hosts: readonly string[] = ['*'], options: { remembered?: number } = {}) {
    this.#judged = new LRUCache({ max: options.remembered ?? remembered })
    this.#any = hosts.includes('*')
    this.#names = new Set(hosts)
    this.#domains = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1))
  }

  /** @returns undefined where the text is no host */
  judge(text: string): JudgedHost | undefined {
    const before = this.#judged.get(text)
    if (before !== undefined) return before
    const authority = readAuthority(text)
    if (authority === undefined) return undefined
    const judged = { ...authority, known: this.#knows(authority) }
    this.#judged.set(text, judged)
    return judged
  }

  /** No browser leaves the host out, as checks of health do: where there is none, none is wrong. */
  #knows({ name }: Authority): boolean {
    return (
      this.#any ||
      name === '' ||
      this.#names.has(name) ||
      this.#domains.some((domain) => name.endsWith(domain))
    )
  }
}
