import { hash, randomBytes } from 'node:crypto'
import { nameForms } from '../names/name-forms.ts'
import type { NewSetupCode, NewUser, RestrictionTerms } from '../store/staff-store.ts'
import { fieldErrors, throwIfInvalid } from './field-errors.ts'
import { checkText } from './text-rules.ts'
import { checkUsername } from './usernames.ts'

/** Of a ban or a mute, in code points. */
export const maxReasonChars = 500

/** 128 bits. */
const setupCodeBytes = 16

const setupCodeLifetimeMs = 24 * 3_600_000

/** RFC 3339, section 5.6. */
const timeForm = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

export interface RestrictionInput {
  reason?: string | undefined
  /** RFC 3339. */
  until?: string | undefined
}

export interface NewUserInput {
  username: string
  displayName?: string | undefined
  bot?: boolean | undefined
}

/** @param now in Unix ms @throws {Problem} `invalid-request` */
export function parseRestriction(
  { reason, until }: RestrictionInput,
  now: number,
): RestrictionTerms {
  const end = until === undefined ? null : readTime(until)
  throwIfInvalid(
    fieldErrors('reason', reason === undefined ? undefined : checkText(reason, maxReasonChars)),
    fieldErrors(
      'until',
      end === undefined || (end !== null && end <= now)
        ? 'must be a time in the future as of RFC 3339, such as 2030-01-31T12:00:00Z'
        : undefined,
    ),
  )
  return { reason: reason ?? null, until: end as number | null }
}

/** @throws {Problem} `invalid-request` */
export function parseNewUser({ username, displayName, bot = false }: NewUserInput): NewUser {
  throwIfInvalid(fieldErrors('username', checkUsername(username)))
  return { username, ...nameForms(username), displayName: displayName ?? null, bot }
}

/** A new code; the store keeps its hash alone. */
export function newSetupCode(): { code: string; stored: NewSetupCode } {
  const code = randomBytes(setupCodeBytes).toString('base64url')
  return { code, stored: { hash: hashOfCode(code), lifetimeMs: setupCodeLifetimeMs } }
}

/** SHA-256 in hexadecimal. The code is random, so that it needs no slow hash. */
export function hashOfCode(code: string): string {
  return hash('sha256', code)
}

/** Undefined where it is no time. */
function readTime(text: string): number | undefined {
  const time = timeForm.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
