import type { MentionCandidates } from '../store/message-log.ts'
import { lookupKeys, maxUsernameLength, minUsernameLength, usernameAtStart } from './usernames.ts'

/** Of one text; further ones mention nobody. */
const maxMentions = 50

/** How many shorter names one `@` may stand for, those nearest to it. */
const maxShorter = 8

/** After an ASCII letter or digit it is of an address such as ann@example.org. */
const mention = /(?<![0-9A-Za-z])@(?=[\p{L}\p{Nd}])/gu

/** Letters of scripts without spaces between words, and of Korean, whose particles follow the name. */
const continuous =
  /[\p{L}&&[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]]/v

/**
 * The names that each `@` of a text may mention: the longest, and those that end where a word may end,
 * which is before `.`, `_` and `-`, and before a letter of a script without spaces. So "@bob." is bob,
 * and "@annabel" is not ann.
 */
export function mentionCandidates(text: string): MentionCandidates {
  return text
    .matchAll(mention)
    .take(maxMentions)
    .map(({ index }) => keysAt(text, index + 1))
    .filter((keys) => keys.length > 0)
    .toArray()
}

function keysAt(text: string, start: number): string[] {
  // Longer than any name, so that none is cut off.
  const characters = [...usernameAtStart(text.slice(start, start + 4 * maxUsernameLength))]
  const ends = characters.flatMap((character, end) => (mayEndBefore(character) ? [end] : []))
  const names = [characters.length, ...ends.slice(0, maxShorter).reverse()]
    .filter((length) => length >= minUsernameLength && length <= maxUsernameLength)
    .map((length) => characters.slice(0, length).join(''))
  return [...new Set(names.flatMap(lookupKeys))]
}

function mayEndBefore(character: string): boolean {
  return '._-'.includes(character) || continuous.test(character)
}
