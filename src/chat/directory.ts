import { usernameKey } from '../names/name-forms.ts'
import type { AccountStore } from '../store/account-store.ts'
import type { Account } from '../store/person.ts'
import type { Session } from '../store/session-store.ts'
import { findCredentials } from './accounts.ts'
import { invalidParameter } from './field-errors.ts'
import { Problem } from './problems.ts'
import { mapStoreErrors } from './store-problems.ts'
import { maxDisplayNameChars } from './text-rules.ts'
import { lookupKey, lookupKeys } from './usernames.ts'

/** How many people a search finds at most. */
const maxFound = 20

/** How many names can be asked for at once. */
const maxNames = 100

/**
 * Who may list people: everyone by the beginning of a name, everyone but by whole usernames only, or staff
 * alone.
 */
export type DirectoryAccess = 'everyone' | 'exact' | 'staff'

export interface DirectoryQuery {
  /** The beginning of a username or display name. */
  q?: string | undefined
  /** Usernames, separated by commas. */
  usernames?: string | undefined
}

/** Who has an account. Whether someone does is no secret; `DIRECTORY` bounds who may list people. */
export class Directory {
  readonly #accounts: AccountStore
  readonly #access: DirectoryAccess

  constructor(store: { accounts: AccountStore }, access: DirectoryAccess) {
    this.#accounts = store.accounts
    this.#access = access
  }

  /** @throws {Problem} `unknown-person`, `unavailable` */
  async find(username: string): Promise<Account> {
    const known = await findCredentials(this.#accounts, username)
    if (known) return known.account
    throw new Problem('unknown-person', 'Nobody is registered under this username.')
  }

  /**
   * The best 20 for the beginning of a name, or those of a list of usernames that there are, sorted by name.
   *
   * @throws {Problem} `invalid-request`, `forbidden`, `unavailable`
   */
  list({ account }: Session, { q, usernames }: DirectoryQuery): Promise<Account[]> {
    if (q !== undefined && usernames !== undefined)
      throw invalidParameter('usernames', 'must not be given together with q')
    if (this.#access === 'staff' && account.role === 'member')
      throw new Problem('forbidden', 'Here only the people who run the server may list users.')
    if (usernames !== undefined) return this.#named(usernames)
    if (q === undefined) throw invalidParameter('q', 'must be given, or usernames')
    return this.#access === 'exact' ? this.#named(q) : this.#search(q)
  }

  #named(usernames: string): Promise<Account[]> {
    const names = usernames.split(',')
    if (names.length > maxNames)
      throw invalidParameter('usernames', `must be at most ${maxNames} names`)
    const keys = [...new Set(names.flatMap(lookupKeys))]
    return mapStoreErrors(this.#accounts.byKeys(keys))
  }

  async #search(q: string): Promise<Account[]> {
    if (q === '' || q.length > 2 * maxDisplayNameChars) return []
    // No username is as long as a display name can be.
    const prefix = { key: lookupKey(q), displayKey: usernameKey(q) }
    return mapStoreErrors(this.#accounts.search(prefix, maxFound))
  }
}
