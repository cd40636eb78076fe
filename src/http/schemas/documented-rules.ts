import { maxPasswordLength } from '../../chat/accounts.ts'
import { maxUsernameLength, minUsernameLength } from '../../chat/usernames.ts'
import type { HttpSettings } from '../services.ts'

/** The settings that the document mentions. */
export type DocumentedLimits = Pick<HttpSettings, 'messageMaxChars' | 'passwordMinChars'>

/**
 * The documentation of fields that `chat/` validates, with better error texts than a validator has. A
 * field names its entry with `x-documented`.
 *
 * The patterns work in the regular expressions of every language, so they use no properties of Unicode.
 * They refuse nothing that the chat accepts.
 */
export function documentedRules({ messageMaxChars, passwordMinChars }: DocumentedLimits) {
  return {
    string: { pattern: '^[^\\x00]*$' },
    newUsername: {
      minLength: minUsernameLength,
      maxLength: maxUsernameLength,
      pattern:
        '^[^\\x00-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x9F][^\\x00-\\x2C\\x2F\\x3A-\\x40\\x5B-\\x5E\\x60\\x7B-\\x9F]*$',
      description: `${minUsernameLength} to ${maxUsernameLength} characters: letters, marks after a letter, decimal digits, \`.\`, \`_\` and \`-\`, beginning with a letter or a digit, of one script (or Latin with Japanese, Chinese or Korean). Case, width and ligatures make no other name; one that looks like another’s cannot be registered.`,
    },
    newPassword: {
      minLength: passwordMinChars,
      maxLength: maxPasswordLength,
      pattern: '^[^\\x00]*$',
      description: `${passwordMinChars} to ${maxPasswordLength} characters, any but U+0000`,
    },
    text: {
      minLength: 1,
      maxLength: messageMaxChars,
      pattern: '^[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]*$',
      description: `1 to ${messageMaxChars.toLocaleString('en')} characters, not blank, no control characters but tab, LF and CR. It comes back exactly as it was sent.`,
    },
  }
}
