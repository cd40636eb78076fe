import { nameForms } from '../names/name-forms.ts'
import type { AccountStore, Credentials } from '../store/account-store.ts'
import type { Session, SessionClient } from '../store/session-store.ts'
import type { StaffStore } from '../store/staff-store.ts'
import type { Store } from '../store/store.ts'
import { fieldErrors, throwIfInvalid } from './field-errors.ts'
import type { Networks } from './password-queue.ts'
import type { PasswordRules } from './password-rules.ts'
import type { Passwords } from './passwords.ts'
import { Problem } from './problems.ts'
import { bannedProblem } from './restrictions.ts'
import { hashOfCode } from './staff-input.ts'
import { mapStoreErrors } from './store-problems.ts'
import { checkString } from './text-rules.ts'
import { checkUsername, isReserved, lookupKeys } from './usernames.ts'

export interface AccountsOptions {
  store: Pick<Store, 'accounts' | 'sessions'> & {
    staff: Pick<StaffStore, 'restriction' | 'setupUser' | 'useSetupCode'>
  }
  passwords: Passwords
  /** How long a session lives, in milliseconds. */
  ttlMs: number
  registration: 'open' | 'closed'
  passwordRules: PasswordRules
}

/** Registration, and login with a password. */
export class Accounts {
  readonly #options: AccountsOptions

  constructor(options: AccountsOptions) {
    this.#options = options
  }

  /**
   * Checks a registration as far as that needs no store.
   *
   * @throws {Problem} `registration-closed`, `invalid-request`
   */
  async check(username: string, password: string): Promise<void> {
    if (this.#options.registration === 'closed') {
      throw new Problem('registration-closed', 'This server takes no new accounts.')
    }
    throwIfInvalid(
      fieldErrors('username', checkUsername(username)),
      fieldErrors('password', await this.#options.passwordRules.check(password, username)),
    )
  }

  /**
   * Creates an account and logs it in.
   *
   * @param from the networks of the client
   * @param client what the list of sessions shall tell of it
   * @throws {Problem} as `check`, and `username-taken`, `unavailable`, `outcome-unknown`
   */
  async register(
    username: string,
    password: string,
    from: Networks,
    client: SessionClient = {},
  ): Promise<Session> {
    await this.check(username, password)
    const { store, passwords, ttlMs } = this.#options
    if (isReserved(username)) throw usernameTaken(reservedDetail)
    const forms = nameForms(username)
    // Before the costly hash. The store checks again, since two may register at the same time.
    if (await mapStoreErrors(store.accounts.skeletonsTaken(forms.skeletons))) throw usernameTaken()
    const passwordHash = await passwords.hash(password, from)
    const session = await mapStoreErrors(
      store.accounts.register({ username, ...forms, passwordHash }, ttlMs, client),
    )
    if (session === 'taken') throw usernameTaken()
    return session
  }

  /**
   * Opens a session. Takes the same time whether the name exists or not.
   *
   * @param from the networks of the client
   * @param client what the list of sessions shall tell of it
   * @throws {Problem} `invalid-request`, `unknown-user`, `wrong-password` (`wrong-credentials`
   *   for both if registration is closed), `banned`, `unavailable`, `outcome-unknown`
   */
  async login(
    username: string,
    password: string,
    from: Networks,
    client: SessionClient = {},
  ): Promise<Session> {
    const { store, passwords, ttlMs } = this.#options
    throwIfInvalid(
      fieldErrors('username', checkString(username)),
      fieldErrors('password', checkString(password)),
    )
    const known = await findCredentials(store.accounts, username)
    // It is empty where the account has no password.
    const matches = await passwords.verify(password, known?.passwordHash || undefined, from)
    if (!known || !matches) throw this.#loginProblem(known !== undefined)
    const session = await mapStoreErrors(
      store.sessions.openWithPassword(known.account.id, known.passwordHash, ttlMs, client),
    )
    if (session === 'password-changed') throw this.#loginProblem(true)
    // After the password, so that nobody else learns of it.
    if (session === 'banned') throw await bannedProblem(store, known.account.id)
    return session
  }

  /**
   * Sets the password of an account with a setup code, and logs it in.
   *
   * @param from the networks of the client
   * @param client what the list of sessions shall tell of it
   * @throws {Problem} `invalid-request`, `wrong-credentials` where the code is not good, `unavailable`,
   *   `outcome-unknown`
   */
  async setUp(
    code: string,
    newPassword: string,
    from: Networks,
    client: SessionClient = {},
  ): Promise<Session> {
    const { store, passwords, passwordRules, ttlMs } = this.#options
    const hash = hashOfCode(code)
    const username = await mapStoreErrors(store.staff.setupUser(hash))
    if (username === undefined) throw wrongCode()
    throwIfInvalid(fieldErrors('newPassword', await passwordRules.check(newPassword, username)))
    const passwordHash = await passwords.hash(newPassword, from)
    const session = await mapStoreErrors(
      store.staff.useSetupCode({ hash, passwordHash, ttlMs, client }),
    )
    if (session === 'unknown-code') throw wrongCode()
    return session
  }

  #loginProblem(nameExists: boolean): Problem {
    if (this.#options.registration === 'closed') {
      return new Problem('wrong-credentials', 'Username and password do not belong together.')
    }
    return nameExists
      ? new Problem('wrong-password', 'This is not the password of this username.')
      : new Problem('unknown-user', 'Nobody is registered under this username.')
  }
}

function wrongCode(): Problem {
  return new Problem(
    'wrong-credentials',
    'This code is wrong, used up or too old. Ask for a new one.',
  )
}

const reservedDetail = 'This username, or one that looks like it, is reserved. Choose another.'

const takenDetail =
  'This username, or one that reads or looks the same, is registered already. Choose another.'

function usernameTaken(detail = takenDetail) {
  return new Problem('username-taken', detail)
}

/** The account with a name, typed in any case. @throws {Problem} `unavailable` */
export async function findCredentials(
  accounts: AccountStore,
  name: string,
): Promise<Credentials | undefined> {
  const keys = lookupKeys(name)
  const found = await Promise.all(keys.map((key) => mapStoreErrors(accounts.credentials(key))))
  return found.find((one) => one !== undefined)
}

/**
 * The key under which the account of a name is stored; if there is no such account, a key that no
 * account has. Nearly always the name alone determines it. @throws {Problem} `unavailable`
 */
export function findStoredKey(accounts: AccountStore, name: string): string | Promise<string> {
  const [first, other] = lookupKeys(name)
  if (other === undefined) return first
  return mapStoreErrors(accounts.credentials(first)).then((known) => (known ? first : other))
}
