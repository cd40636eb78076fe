import { nfkcCasefold } from './case-fold.ts'
import { skeleton } from './skeleton.ts'
import { unicodeVersion } from './tables.ts'

/** The forms of a name by which it is looked up and compared with look-alikes. */
export interface NameForms {
  /** Two names with the same key mean the same account. */
  key: string
  /** One or two distinct ones, in the order of their code units. No two accounts may share one. */
  skeletons: readonly string[]
}

/** The version of the rules. When it changes, a server computes the stored forms again. */
export const formsVersion = unicodeVersion

/** The NFKC_Casefold of ASCII is its lower case. */
const ascii = /^[\0-\x7f]*$/

/** NFKC_Casefold of a name: independent of its case, width, ligatures and kind of accents. */
export function usernameKey(name: string): string {
  return ascii.test(name) ? name.toLowerCase() : nfkcCasefold(name)
}

/** The key of a name, and the skeletons of the name as typed and of its key. */
export function nameForms(username: string): NameForms {
  const key = usernameKey(username)
  return { key, skeletons: [...new Set([skeleton(username), skeleton(key)])].sort() }
}
