import { type FreshProof, type FreshProofFacts, isFresh } from './fresh-proof.ts'
import { type Role, roles } from './person.ts'
import type { TokenScope } from './token-store.ts'

/**
 * What tokens for programs may do, and who may make them. Both stores read the facts and write the token,
 * each in a transaction that holds the log's lock; what follows from the facts is decided here alone.
 */

/** A person forgets tokens, and each is a way in. */
export const MAX_TOKENS_PER_ACCOUNT = 50

/** What a decision needs to know of the caller, whose session is alive, as it is in the transaction. */
export interface TokenFacts extends FreshProofFacts {
  role: Role
  /** How many tokens the account has that are alive. */
  tokens: number
}

export type TokenRefusal = 'session-ended' | 'scope-above-role' | 'not-fresh' | 'too-many-tokens'

/** @returns undefined where the caller may make a token with these scopes */
export function decideNewToken(
  scopes: readonly TokenScope[],
  proof: FreshProof,
  facts: TokenFacts,
): TokenRefusal | undefined {
  if (!mayGive(scopes, facts.role)) return 'scope-above-role'
  if (!isFresh(proof, facts)) return 'not-fresh'
  return facts.tokens >= MAX_TOKENS_PER_ACCOUNT ? 'too-many-tokens' : undefined
}

/** A role that is given later adds nothing to the tokens from before: see `effectiveRole`. */
export function mayGive(scopes: readonly TokenScope[], role: Role): boolean {
  return scopes.every((scope) => rankOf(leastRoles[scope]) <= rankOf(role))
}

/** The role that is needed to give a scope. */
const leastRoles: Readonly<Record<TokenScope, Role>> = {
  read: 'member',
  write: 'member',
  moderate: 'moderator',
  admin: 'admin',
  people: 'admin',
}

/** Whether a token with these scopes may make a call that needs one. */
export function coversScope(scopes: readonly TokenScope[], needed: TokenScope): boolean {
  return scopes.includes(needed) || (needed === 'moderate' && scopes.includes('admin'))
}

/**
 * The role as which a session acts, by the role of its account now. A token acts at most as its scopes say,
 * which were at most the role at its making.
 *
 * @param scopes of a token; undefined for the session of a login
 */
export function effectiveRole(role: Role, scopes: readonly TokenScope[] | undefined): Role {
  if (scopes === undefined) return role
  const most = coversScope(scopes, 'admin')
    ? 'admin'
    : coversScope(scopes, 'moderate')
      ? 'moderator'
      : 'member'
  return rankOf(most) < rankOf(role) ? most : role
}

function rankOf(role: Role): number {
  return roles.indexOf(role)
}
