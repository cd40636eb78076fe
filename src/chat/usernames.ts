import { codePointName, countCodePoints } from './texts.ts'

/** Both in code points. */
export const shortest = 2
export const longest = 32

const firstCharacter = /^[\p{L}\p{Nd}]/u
/**
 * The part of a name that keeps to the alphabet; a mark stands after its letter, alone or after
 * others. Some letters and marks show nothing (U+3164, the variation selectors): with them anyone
 * could look like anyone.
 */
const wellSpelt = /^(?:[\p{L}--\p{DI}][\p{M}--\p{DI}]*|[\p{Nd}._\-])*/v

/** Letters of these look alike: "а" is Cyrillic, "a" Latin, and "ο" Greek. */
const lookAlikes: readonly { script: string; letter: RegExp }[] = [
  { script: 'Latin', letter: /\p{Script=Latin}/u },
  { script: 'Cyrillic', letter: /\p{Script=Cyrillic}/u },
  { script: 'Greek', letter: /\p{Script=Greek}/u },
]

/** Keys that nobody may register, so that nobody speaks in the server's name. */
const reserved: ReadonlySet<string> = new Set(['server', 'system', 'admin', 'obrol'])

/** What has no other form in NFKC, and is lowercased the same alone and among others. */
const ascii = /^[\0-\x7f]*$/

/**
 * The form of a name that is unique: NFKC, each code point lowercased, NFKC again.
 *
 * Code points are lowercased one by one because a whole string's lower case looks at neighbours
 * ("Σ" at a word's end). Folding a key again changes nothing.
 */
export function usernameKey(name: string): string {
  if (ascii.test(name)) return name.toLowerCase()
  let lowered = ''
  for (const character of name.normalize('NFKC')) lowered += character.toLowerCase()
  return lowered.normalize('NFKC')
}

/**
 * The key to look a name up by that anyone may have typed. A name too long to be anyone's has the
 * key that is nobody's, the empty one: normalizing takes time with the square of the number of
 * marks in a row, and 64 KiB of them would hold up everyone for a third of a second.
 */
export function lookupKey(name: string): string {
  return name.length > 2 * longest ? '' : usernameKey(name)
}

/** Whether a key is kept from everyone. */
export function isReserved(key: string): boolean {
  return reserved.has(key)
}

/** Which rule a new name breaks and what would be right, worded to follow the field's name; else undefined. */
export function checkUsername(name: string): string | undefined {
  const length = countCodePoints(name)
  if (length < shortest || length > longest) {
    return `must be ${shortest} to ${longest} characters long, but has ${length}`
  }
  // Some letters stand for whole phrases, so the key has to keep to the alphabet as well.
  const [misspelt] = name.replace(wellSpelt, '') || usernameKey(name).replace(wellSpelt, '')
  if (misspelt !== undefined) {
    return `must hold only visible letters, marks after a letter, decimal digits, ".", "_" and "-", but holds ${codePointName(misspelt)}`
  }
  if (!firstCharacter.test(name)) return 'must begin with a letter or a digit'
  return checkScripts(name)
}

/** Looks at the name and its key: "𝐚" is of no script, though it folds to a Latin letter. */
function checkScripts(name: string): string | undefined {
  const both = name + usernameKey(name)
  const scripts = lookAlikes.filter(({ letter }) => letter.test(both)).map(({ script }) => script)
  if (scripts.length < 2) return undefined
  return `must not mix scripts that look alike, but holds letters of ${scripts.join(' and ')}`
}

/**
 * The order of lists: by code points, as the bytes of UTF-8 sort and unlike `<`, which compares
 * UTF-16 units. Negative, 0 or positive, for well-formed strings.
 */
export function compareKeys(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1)
}
