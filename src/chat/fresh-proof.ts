import { FRESH_LOGIN_MS, type ProvenCaller } from '../store/fresh-proof.ts'
import type { Session } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'
import type { Networks } from './password-queue.ts'
import type { Passwords } from './passwords.ts'
import { Problem } from './problems.ts'
import { mapStoreErrors } from './store-problems.ts'

/** Where a call comes from that may have a password. */
export interface ProofClient {
  /** The networks of the client. */
  from: Networks
  /** Runs the check of a password as a login, so that failures count against the limit of logins. */
  asLogin<T>(check: () => Promise<T>): Promise<T>
}

/** Proofs that the person themselves makes a call: what cannot be undone needs one. */
export class FreshProofs {
  readonly #store: Pick<Store, 'accounts' | 'now'>
  readonly #passwords: Passwords

  constructor(store: Pick<Store, 'accounts' | 'now'>, passwords: Passwords) {
    this.#store = store
    this.#passwords = passwords
  }

  /**
   * The caller with a proof, which the store judges again with `isFresh`. A password counts as a proof however
   * fresh the login is; without one the login must be at most 10 minutes old. A token for programs is no login.
   *
   * @param password as sent with the call
   * @throws {Problem} `fresh-login-required`, `wrong-password`, `too-many-requests`, `unavailable`
   */
  async of(
    { id, account, createdAt, token }: Session,
    password: string | undefined,
    { from, asLogin }: ProofClient,
  ): Promise<ProvenCaller> {
    const caller = { kind: 'session', session: id } as const
    if (password !== undefined) {
      const passwordHash = await asLogin(() => this.#verify(account.id, password, from))
      return { caller, proof: { kind: 'password', passwordHash } }
    }
    const isLogin = token === undefined
    if (!isLogin || this.#store.now() - createdAt > FRESH_LOGIN_MS) throw freshLoginRequired()
    return { caller, proof: { kind: 'login' } }
  }

  /** @returns the hash that the password belongs to */
  async #verify(account: number, password: string, from: Networks): Promise<string> {
    const hash = await mapStoreErrors(this.#store.accounts.passwordHash(account))
    if (hash !== '' && (await this.#passwords.verify(password, hash, from))) return hash
    throw new Problem('wrong-password', 'This is not the password of your account.')
  }
}

/** Also for a proof that no longer held in the transaction. */
export function freshLoginRequired(): Problem {
  return new Problem(
    'fresh-login-required',
    'Log in again, or send the password of your account as password.',
  )
}
