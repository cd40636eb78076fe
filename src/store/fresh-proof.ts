import type { SessionCaller } from './caller.ts'

/** How long a login is fresh, in ms. */
export const FRESH_LOGIN_MS = 600_000

/**
 * What shows that the person themselves makes a call, and not only someone who found their device open: a
 * login of a moment ago, or the password, which was verified against a hash.
 */
export type FreshProof = { kind: 'login' } | { kind: 'password'; passwordHash: string }

/** A caller with a proof, as a call of the store takes them that needs one. */
export interface ProvenCaller {
  caller: SessionCaller
  proof: FreshProof
}

/** What a proof is held against, as it is in the transaction. */
export interface FreshProofFacts {
  /** When the caller's session began, in Unix ms; undefined where it is not alive. */
  loginAt: number | undefined
  /** Of the caller's account. */
  passwordHash: string
  /** Unix ms. */
  now: number
}

/** Whether a proof still holds. It must be judged in the transaction of what it is needed for. */
export function isFresh(
  proof: FreshProof,
  { loginAt, passwordHash, now }: FreshProofFacts,
): boolean {
  if (loginAt === undefined) return false
  return proof.kind === 'login'
    ? now - loginAt <= FRESH_LOGIN_MS
    : passwordHash !== '' && proof.passwordHash === passwordHash
}
