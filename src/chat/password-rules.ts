import { checkString, countCodePoints } from './text-rules.ts'
import { lookupKey } from './usernames.ts'

/** In code points. Nobody types more, and longer ones take longer to hash. */
export const maxPasswordLength = 256

export interface PasswordRulesOptions {
  /** In code points, 1 to 256. */
  minChars: number
  /** Whether a password is one of those that many people use. Left out: none is. */
  isCommon?: (password: string) => Promise<boolean>
}

/** What a password must be when it is chosen. */
export class PasswordRules {
  readonly #options: PasswordRulesOptions

  constructor(options: PasswordRulesOptions) {
    this.#options = options
  }

  /** @returns undefined if the password is valid, otherwise what would be right */
  async check(password: string, username: string): Promise<string | undefined> {
    const { minChars, isCommon } = this.#options
    const length = countCodePoints(password)
    if (length < minChars || length > maxPasswordLength)
      return `must be ${minChars} to ${maxPasswordLength} characters long, but has ${length}`
    const malformed = checkString(password)
    if (malformed !== undefined) return malformed
    const key = lookupKey(password)
    if (key !== '' && key === lookupKey(username)) return 'must not be the username'
    if (await isCommon?.(password)) return 'must not be one of the most common passwords'
    return undefined
  }
}
