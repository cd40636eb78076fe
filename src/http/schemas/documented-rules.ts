import { maxMetadataDepth, maxMetadataValues } from '../../chat/metadata.ts'
import { maxPasswordLength } from '../../chat/password-rules.ts'
import { maxDisplayNameChars, maxTitleChars, maxTopicChars } from '../../chat/text-rules.ts'
import { maxUsernameLength, minUsernameLength } from '../../chat/usernames.ts'
import type { HttpSettings } from '../services.ts'

/** The settings that the document mentions. */
export type DocumentedLimits = Pick<
  HttpSettings,
  'messageMaxChars' | 'metadataMaxBytes' | 'passwordMinChars'
>

const namePattern =
  '^[^\\x00-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x9F][^\\x00-\\x2C\\x2F\\x3A-\\x40\\x5B-\\x5E\\x60\\x7B-\\x9F]*$'
const textControls = '\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F'
const bidiControls = '\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069'

/**
 * The documentation of fields that `chat/` validates, with better error texts than a validator has. A
 * field names its entry with `x-documented`.
 *
 * The patterns work in the regular expressions of every language, so they use no properties of Unicode.
 * They refuse nothing that the chat accepts.
 */
export function documentedRules({
  messageMaxChars,
  metadataMaxBytes,
  passwordMinChars,
}: DocumentedLimits) {
  return {
    string: { pattern: '^[^\\x00]*$' },
    newUsername: {
      minLength: minUsernameLength,
      maxLength: maxUsernameLength,
      pattern: namePattern,
      description: `${minUsernameLength} to ${maxUsernameLength} characters: letters, marks after a letter, decimal digits, \`.\`, \`_\` and \`-\`, beginning with a letter or a digit, of one script (or Latin with Japanese, Chinese or Korean). Case, width and ligatures make no other name; one that looks like another’s cannot be registered.`,
    },
    newRoomName: {
      minLength: minUsernameLength,
      maxLength: maxUsernameLength,
      pattern: namePattern,
      description:
        'A name as that of a user: the same characters and lengths. Case, width and ligatures make no other name; one that looks like that of another room cannot be given.',
    },
    roomTitle: {
      minLength: 1,
      maxLength: maxTitleChars,
      pattern: `^[^\\x00-\\x1F\\x7F-\\x9F\\u2028\\u2029${bidiControls}]*$`,
      description: `1 to ${maxTitleChars} characters on one line, not blank, no control characters and no bidirectional ones. A new room without one has its name as its title`,
    },
    tokenName: {
      minLength: 1,
      maxLength: maxTitleChars,
      pattern: `^[^\\x00-\\x1F\\x7F-\\x9F\\u2028\\u2029${bidiControls}]*$`,
      description: `What it is for: 1 to ${maxTitleChars} characters on one line, as in the title of a room`,
    },
    roomTopic: {
      maxLength: maxTopicChars,
      pattern: `^[^${textControls}${bidiControls}]*$`,
      description: `At most ${maxTopicChars} characters, no control characters but tab, LF and CR, and no bidirectional ones`,
    },
    displayName: {
      minLength: 1,
      maxLength: maxDisplayNameChars,
      pattern: `^[^\\x00-\\x1F\\x7F-\\x9F\\u2028\\u2029${bidiControls}]*$`,
      description: `1 to ${maxDisplayNameChars} characters on one line, not blank, no invisible and no bidirectional ones, and not what looks like the username of someone else. Null takes it away`,
    },
    upTo: {
      type: 'string',
      pattern: '^[0-9]{1,16}(?:-[0-9a-z]{8})?$',
      description:
        'An id in decimal digits, or a cursor as the server sent it. A number is taken, too.',
    },
    newPassword: {
      minLength: passwordMinChars,
      maxLength: maxPasswordLength,
      pattern: '^[^\\x00]*$',
      description: `${passwordMinChars} to ${maxPasswordLength} characters, any but U+0000`,
    },
    metadata: {
      description: `A JSON object for other programs, in a form as JSON text: at most ${metadataMaxBytes.toLocaleString('en')} bytes of JSON in UTF-8, ${maxMetadataDepth} levels, ${maxMetadataValues} values, and whole numbers only as far as a double tells them apart. It comes back equal, and nothing in it is interpreted.`,
    },
    text: {
      minLength: 1,
      maxLength: messageMaxChars,
      pattern: `^[^${textControls}]*$`,
      description: `1 to ${messageMaxChars.toLocaleString('en')} characters, not blank, no control characters but tab, LF and CR. It comes back exactly as it was sent.`,
    },
  }
}
