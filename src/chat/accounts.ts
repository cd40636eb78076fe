import { nameForms } from '../names/forms.ts'
import type { Session, Store } from '../store/store.ts'
import type { Networks } from './fair-queue.ts'
import { credentialsOf } from './known-names.ts'
import type { Passwords } from './passwords.ts'
import { Problem } from './problems.ts'
import { answer } from './store-problems.ts'
import { checkString, countCodePoints } from './texts.ts'
import { checkUsername, isReserved } from './usernames.ts'
import { inField, refuseInvalid } from './validation.ts'

/** In code points. Nobody types more, and each costs time to hash. */
export const longestPassword = 256

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
    refuseInvalid(
      inField('username', checkUsername(username)),
      inField('password', this.#checkNew(password)),
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
    if (isReserved(username)) throw taken(reservedName)
    const forms = nameForms(username)
    // Before the hash, which is costly; the store looks again, for two may register at once.
    if (await answer(store.skeletonsTaken(forms.skeletons))) throw taken()
    const passwordHash = await passwords.hash(password, from)
    const session = await answer(store.register({ username, ...forms, passwordHash }, ttlMs))
    if (session === 'taken') throw taken()
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
    refuseInvalid(
      inField('username', checkString(username)),
      inField('password', checkString(password)),
    )
    const known = await credentialsOf(store, username)
    const right = await passwords.verify(password, known?.passwordHash, from)
    if (!known || !right) throw this.#loginRefusal(known !== undefined)
    return answer(store.openSession(known.account.id, ttlMs))
  }

  #checkNew(password: string): string | undefined {
    const { passwordMinChars } = this.#options
    const length = countCodePoints(password)
    if (length < passwordMinChars || length > longestPassword) {
      return `must be ${passwordMinChars} to ${longestPassword} characters long, but has ${length}`
    }
    return checkString(password)
  }

  #loginRefusal(nameExists: boolean): Problem {
    if (this.#options.registration === 'closed') {
      return new Problem('wrong-credentials', 'Username and password do not belong together.')
    }
    return nameExists
      ? new Problem('wrong-password', 'This is not the password of this username.')
      : new Problem('unknown-user', 'Nobody is registered under this username.')
  }
}

const reservedName = 'This username, or one that looks like it, is reserved. Choose another.'

const takenName =
  'This username, or one that reads or looks the same, is registered already. Choose another.'

function taken(detail = takenName) {
  return new Problem('username-taken', detail)
}
