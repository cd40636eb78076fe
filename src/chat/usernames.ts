import { nameForms, usernameKey } from '../names/name-forms.ts'
import { isOfOneScript, scriptsOf } from '../names/scripts.ts'
import { skeleton } from '../names/skeleton.ts'
import { codePointName, countCodePoints } from './text-rules.ts'

/** Both in code points. */
export const minUsernameLength = 2
export const maxUsernameLength = 32

const firstCharacter = /^[\p{L}\p{Nd}]/u
/**
 * The longest valid start of a name: letters, each with its marks, digits and `._-`. Invisible letters
 * and marks (U+3164, the variation selectors) are excluded, since they allow perfect look-alikes.
 */
const allowedCharacters = /^(?:[\p{L}--\p{DI}][\p{M}--\p{DI}]*|[\p{Nd}._\-])*/v

/** Marks that look like a single one or hide their letter (UTS #39, section 5.4, and enclosing marks). */
const forbiddenMarks = /(\p{M})\1|\p{M}{5}|\p{Me}/u

/** Nobody may register these names, so that nobody poses as the server. */
const reserved = 'server system admin obrol console everyone moderator online'.split(' ')

/** The skeletons of the reserved names in every mix of cases; computed at first use. */
let reservedSkeletons: ReadonlySet<string> | undefined

/** ASCII is its own NFKC form, and its letters are lowercased independently of each other. */
const ascii = /^[\0-\x7f]*$/

/**
 * The keys under which the account of a typed name may be stored, in the order to try them. Nearly
 * always there is one. Before 0.2, keys folded less, and names could be registered that share a key
 * today ("Straße" and "Strasse", "Νίκος" and "ΝΊΚΟΣ"): the second of two is found by its old key.
 */
export function lookupKeys(name: string): readonly [string, ...string[]] {
  const key = lookupKey(name)
  if (key === '' || ascii.test(name)) return [key]
  const older = legacyKey(name)
  return older === key ? [key] : [older, key]
}

/**
 * The key of a typed name. A name that is too long for any account has the empty key, which no account
 * has: normalizing takes time quadratic in the number of marks in a row, so 64 KiB of them would block
 * the event loop for a third of a second.
 */
export function lookupKey(name: string): string {
  return name.length > 2 * maxUsernameLength ? '' : usernameKey(name)
}

/** The key of a name before 0.2: NFKC, each code point lowercased, NFKC again. */
function legacyKey(name: string): string {
  let lowered = ''
  for (const character of name.normalize('NFKC')) lowered += character.toLowerCase()
  return lowered.normalize('NFKC')
}

/** Whether a name is reserved or looks like a reserved one. */
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

/** The rule for new names. @returns undefined if the name is valid, otherwise what would be right */
export function checkUsername(name: string): string | undefined {
  const length = countCodePoints(name)
  if (length < minUsernameLength || length > maxUsernameLength) {
    return `must be ${minUsernameLength} to ${maxUsernameLength} characters long, but has ${length}`
  }
  // Some letters fold to whole phrases, so the key must keep to the alphabet as well.
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

/**
 * The longest start of a text that can be a name by its characters, whatever its length and scripts.
 *
 * @param text that begins with a letter or a digit, as names do
 */
export function usernameAtStart(text: string): string {
  return (allowedCharacters.exec(text) as RegExpExecArray)[0]
}

/** Checks the name and its key: "𝐚" is of every script, but folds to a Latin letter. */
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
 * Compares well-formed strings by code points, like the bytes of UTF-8 and unlike `<`, which compares
 * UTF-16 units.
 */
export function compareKeys(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1)
}
