import { nameForms, usernameKey } from '../names/name-forms.ts'
import { isOfOneScript, scriptsOf } from '../names/scripts.ts'
import { skeleton } from '../names/skeleton.ts'
import { codePointName, countCodePoints } from './text-rules.ts'

/** Both in code points. */
export const minUsernameLength = 2
export const maxUsernameLength = 32

const firstCharacter = /^[\p{L}\p{Nd}]/u
/**
 * The part of a name that keeps to the alphabet; a mark stands after its letter, alone or after
 * others. Some letters and marks show nothing (U+3164, the variation selectors): with them anyone
 * could look like anyone.
 */
const allowedCharacters = /^(?:[\p{L}--\p{DI}][\p{M}--\p{DI}]*|[\p{Nd}._\-])*/v

/** Marks that look like one, or hide what they stand on (UTS #39, section 5.4, and enclosing marks). */
const forbiddenMarks = /(\p{M})\1|\p{M}{5}|\p{Me}/u

/** Names that nobody may register, so that nobody speaks in the server's name. */
const reserved = 'server system admin obrol console everyone moderator online'.split(' ')

/** What they look like, in whatever mix of cases; made when it is first asked for. */
let reservedSkeletons: ReadonlySet<string> | undefined

/** What has no other form in NFKC, and is lowercased the same alone and among others. */
const ascii = /^[\0-\x7f]*$/

/**
 * The keys to look a name up by that anyone may have typed: the account that has the first of them, or
 * else the next. Nearly always there is one, for the second rule is that of before 0.2, under which
 * two names could be registered that are one today ("Straße" and "Strasse", "Νίκος" and "ΝΊΚΟΣ"):
 * whoever came second is found as before.
 */
export function lookupKeys(name: string): readonly [string, ...string[]] {
  const key = lookupKey(name)
  if (key === '' || ascii.test(name)) return [key]
  const older = legacyKey(name)
  return older === key ? [key] : [older, key]
}

/**
 * The key of a name that anyone may have typed. A name too long to be anyone's has the key that is
 * nobody's, the empty one: normalizing takes time with the square of the number of marks in a row, and
 * 64 KiB of them would hold up everyone for a third of a second.
 */
export function lookupKey(name: string): string {
  return name.length > 2 * maxUsernameLength ? '' : usernameKey(name)
}

/** The key of a name until 0.2: NFKC, each code point lowercased, NFKC again. */
function legacyKey(name: string): string {
  let lowered = ''
  for (const character of name.normalize('NFKC')) lowered += character.toLowerCase()
  return lowered.normalize('NFKC')
}

/** Whether a name is kept from everyone, or looks like one that is. */
export function isReserved(username: string): boolean {
  reservedSkeletons ??= new Set(reserved.flatMap(caseVariants).map(skeleton))
  return nameForms(username).skeletons.some((one) => reservedSkeletons?.has(one))
}

/** An ASCII word in every mix of cases. */
function caseVariants(word: string): string[] {
  let starts = ['']
  for (const letter of word) {
    starts = starts.flatMap((start) => [start + letter, start + letter.toUpperCase()])
  }
  return starts
}

/** Which rule a new name breaks and what would be right, worded to follow the field's name; else undefined. */
export function checkUsername(name: string): string | undefined {
  const length = countCodePoints(name)
  if (length < minUsernameLength || length > maxUsernameLength) {
    return `must be ${minUsernameLength} to ${maxUsernameLength} characters long, but has ${length}`
  }
  // Some letters stand for whole phrases, so the key has to keep to the alphabet as well.
  const [disallowed] =
    name.replace(allowedCharacters, '') || usernameKey(name).replace(allowedCharacters, '')
  if (disallowed !== undefined) {
    return `must hold only visible letters, marks after a letter, decimal digits, ".", "_" and "-", but holds ${codePointName(disallowed)}`
  }
  if (forbiddenMarks.test(name.normalize('NFD'))) {
    return 'must not hold a mark twice in a row, more than four marks on a letter, or one that encloses it'
  }
  if (!firstCharacter.test(name)) return 'must begin with a letter or a digit'
  return checkScripts(name)
}

/** Looks at the name and its key: "𝐚" is of every script, though it folds to a Latin letter. */
function checkScripts(name: string): string | undefined {
  if (ascii.test(name)) return undefined
  const key = usernameKey(name)
  if (isOfOneScript(name) && isOfOneScript(key)) return undefined
  return (
    'must not mix scripts (Latin may stand with Japanese, Chinese or Korean), since letters of several look ' +
    `alike, but holds characters of ${scriptsOf(name + key).join(' and ')}`
  )
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
