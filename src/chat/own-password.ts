import type { Session } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'
import { fieldErrors, throwIfInvalid } from './field-errors.ts'
import type { ProofClient } from './fresh-proof.ts'
import type { PasswordRules } from './password-rules.ts'
import type { Passwords } from './passwords.ts'
import { Problem } from './problems.ts'
import { type Sessions, sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'
import { checkString } from './text-rules.ts'

export interface OwnPasswordOptions {
  store: Pick<Store, 'accounts'>
  sessions: Pick<Sessions, 'invalidate'>
  passwords: Passwords
  rules: PasswordRules
}

export interface PasswordChangeInput {
  currentPassword: string
  newPassword: string
  /** Whether the account's tokens for programs end, too (true). */
  endTokens?: boolean | undefined
}

/** Changing the password of one's own account. */
export class OwnPassword {
  readonly #options: OwnPasswordOptions

  constructor(options: OwnPasswordOptions) {
    this.#options = options
  }

  /** Checks a change as far as that needs no store. @throws {Problem} `invalid-request` */
  async check({ account }: Session, input: PasswordChangeInput): Promise<void> {
    const { currentPassword, newPassword } = input
    throwIfInvalid(
      fieldErrors('currentPassword', checkString(currentPassword)),
      fieldErrors('newPassword', await this.#options.rules.check(newPassword, account.username)),
    )
  }

  /**
   * Changes the password, and ends the account's other sessions and its tokens. Whoever logs in with the old password at the
   * same time gets no session after it.
   *
   * @throws {Problem} as `check`, and `wrong-password`, `no-password`, `too-many-requests`, `unauthorized`,
   *   `unavailable`, `outcome-unknown`
   */
  async change(caller: Session, input: PasswordChangeInput, client: ProofClient): Promise<void> {
    await this.check(caller, input)
    const { store, sessions, passwords } = this.#options
    const { currentPassword, newPassword, endTokens = true } = input
    const verifiedHash = await mapStoreErrors(store.accounts.passwordHash(caller.account.id))
    if (verifiedHash === '')
      throw new Problem('no-password', 'This account has no password that could be changed.')
    await client.asLogin(async () => {
      if (!(await passwords.verify(currentPassword, verifiedHash, client.from)))
        throw wrongPassword()
    })
    const passwordHash = await passwords.hash(newPassword, client.from)
    const ended = await mapStoreErrors(
      store.accounts.changePassword(
        { kind: 'session', session: caller.id },
        { verifiedHash, passwordHash, endTokens },
      ),
    )
    if (ended === 'session-ended') throw sessionEnded()
    if (ended === 'password-changed') throw wrongPassword()
    // The store reports their end, too, perhaps a moment later.
    sessions.invalidate(ended)
  }
}

function wrongPassword(): Problem {
  return new Problem('wrong-password', 'This is not the password of your account.')
}
