import { nameForms } from '../names/name-forms.ts'
import type { Session, Store } from '../store/store.ts'
import { findCredentials } from './account-lookup.ts'
import type { Networks } from './fair-queue.ts'
import type { Passwords } from './passwords.ts'
import { Problem } from './problems.ts'
import { mapStoreErrors } from './store-problems.ts'
import { checkString, countCodePoints } from './text-rules.ts'
import { checkUsername, isReserved } from './usernames.ts'
import { fieldErrors, throwIfInvalid } from './validation.ts'

/** In code points. Nobody types more, and each costs time to hash. */
export const maxPasswordLength = 256

export interface AccountsOptions {
  store: Pick<Store, 'credentials' | 'register' | 'openSession' | 'skeletonsTaken'>
  passwords: Passwords
  /** How long a session lives, in milliseconds. */
  ttlMs: number
  registration: 'open' | 'closed'
  /** In code points, 1 to 256. */
  passwordMinChars: number
}

/** Who may come in: people register once and log in with their password from then on. */
export class Accounts {
  readonly #options: AccountsOptions

  constructor(options: AccountsOptions) {
    this.#options = options
  }

  /**
   * Judges what can be judged of a registration without the store.
   *
   * @throws {Problem} `registration-closed`, `invalid-request`
   */
  check(username: string, password: string): void {
    if (this.#options.registration === 'closed') {
      throw new Problem('registration-closed', 'This server takes no new accounts.')
    }
    throwIfInvalid(
      fieldErrors('username', checkUsername(username)),
      fieldErrors('password', this.#checkNewPassword(password)),
    )
  }

  /**
   * Creates an account and logs it in.
   *
   * @param from where it is asked from
   * @throws {Problem} as `check`, and `username-taken`, `unavailable`, `outcome-unknown`
   */
  async register(username: string, password: string, from: Networks): Promise<Session> {
    this.check(username, password)
    const { store, passwords, ttlMs } = this.#options
    if (isReserved(username)) throw usernameTaken(reservedDetail)
    const forms = nameForms(username)
    // Before the hash, which is costly; the store looks again, for two may register at once.
    if (await mapStoreErrors(store.skeletonsTaken(forms.skeletons))) throw usernameTaken()
    const passwordHash = await passwords.hash(password, from)
    const session = await mapStoreErrors(
      store.register({ username, ...forms, passwordHash }, ttlMs),
    )
    if (session === 'taken') throw usernameTaken()
    return session
  }

  /**
   * Opens another session. Takes the same time whether the name exists or not.
   *
   * @param from where it is asked from
   * @throws {Problem} `invalid-request`, `unknown-user`, `wrong-password` (where registration is
   *   closed, `wrong-credentials` for both), `unavailable`, `outcome-unknown`
   */
  async login(username: string, password: string, from: Networks): Promise<Session> {
    const { store, passwords, ttlMs } = this.#options
    throwIfInvalid(
      fieldErrors('username', checkString(username)),
      fieldErrors('password', checkString(password)),
    )
    const known = await findCredentials(store, username)
    const matches = await passwords.verify(password, known?.passwordHash, from)
    if (!known || !matches) throw this.#loginProblem(known !== undefined)
    return mapStoreErrors(store.openSession(known.account.id, ttlMs))
  }

  #checkNewPassword(password: string): string | undefined {
    const { passwordMinChars } = this.#options
    const length = countCodePoints(password)
    if (length < passwordMinChars || length > maxPasswordLength) {
      return `must be ${passwordMinChars} to ${maxPasswordLength} characters long, but has ${length}`
    }
    return checkString(password)
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

const reservedDetail = 'This username, or one that looks like it, is reserved. Choose another.'

const takenDetail =
  'This username, or one that reads or looks the same, is registered already. Choose another.'

function usernameTaken(detail = takenDetail) {
  return new Problem('username-taken', detail)
}
