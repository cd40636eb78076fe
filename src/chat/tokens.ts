import type { ProvenCaller } from '../store/fresh-proof.ts'
import type { Session } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'
import { MAX_TOKENS_PER_ACCOUNT, mayGive, type TokenRefusal } from '../store/token-rules.ts'
import { type NewToken, type Token, type TokenScope, tokenScopes } from '../store/token-store.ts'
import { fieldErrors, throwIfInvalid } from './field-errors.ts'
import { freshLoginRequired } from './fresh-proof.ts'
import { Problem } from './problems.ts'
import { sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'
import { checkTitle } from './text-rules.ts'
import { hashToken, newToken } from './token-format.ts'

const dayMs = 86_400_000

/** In days. */
export const defaultTokenDays = 90
export const maxTokenDays = 366

export interface TokenInput {
  name: string
  scopes: readonly TokenScope[]
  /** 1 to 366. */
  expiresInDays?: number | undefined
}

/** A new token, and the secret, which is not kept. */
export interface MadeToken {
  token: Token
  secret: string
}

/** Tokens for programs: a person makes, lists and ends their own. `Sessions` finds the session of one. */
export class Tokens {
  readonly #store: Pick<Store, 'tokens'>

  constructor(store: Pick<Store, 'tokens'>) {
    this.#store = store
  }

  /**
   * Checks what a token is to be, before a proof is asked for.
   *
   * @throws {Problem} `invalid-request`; `forbidden` where a scope is above the role
   */
  check({ account }: Session, { name, scopes }: TokenInput): void {
    throwIfInvalid(fieldErrors('name', checkTitle(name)))
    if (!mayGive(scopes, account.role)) throw tokenProblem('scope-above-role')
  }

  /**
   * Makes a token that `check` has let pass.
   *
   * @throws {Problem} `unauthorized`, `forbidden`, `fresh-login-required`, `too-many-tokens`, `unavailable`,
   *   `outcome-unknown`
   */
  async create(caller: ProvenCaller, input: TokenInput): Promise<MadeToken> {
    const { name, scopes, expiresInDays = defaultTokenDays } = input
    const secret = newToken()
    const wanted: NewToken = {
      hash: hashToken(secret) as string,
      name,
      scopes: tokenScopes.filter((scope) => scopes.includes(scope)),
      ttlMs: expiresInDays * dayMs,
    }
    const token = await mapStoreErrors(this.#store.tokens.create(caller, wanted))
    if (typeof token === 'string') throw tokenProblem(token)
    return { token, secret }
  }

  /** The tokens of the caller's account, the newest first. @throws {Problem} `unavailable` */
  list({ account }: Session): Promise<Token[]> {
    return mapStoreErrors(this.#store.tokens.list(account.id))
  }

  /**
   * Ends a token of the caller's account, on all nodes, with its streams.
   *
   * @throws {Problem} `unauthorized`, `not-found`, `unavailable`, `outcome-unknown`
   */
  async end(session: Session, id: number): Promise<void> {
    const ended = await mapStoreErrors(
      this.#store.tokens.end({ kind: 'session', session: session.id }, id),
    )
    if (ended !== 'ended') throw tokenProblem(ended)
  }
}

function tokenProblem(refusal: TokenRefusal | 'unknown-token'): Problem {
  if (refusal === 'session-ended') return sessionEnded()
  if (refusal === 'not-fresh') return freshLoginRequired()
  if (refusal === 'unknown-token')
    return new Problem('not-found', 'You have no token with this id.')
  return refusal === 'scope-above-role'
    ? new Problem(
        'forbidden',
        'You cannot give a scope to a token that your own role does not have.',
      )
    : new Problem(
        'too-many-tokens',
        `An account has at most ${MAX_TOKENS_PER_ACCOUNT} tokens. End one that you do not need.`,
      )
}
