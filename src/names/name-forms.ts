import { nfkcCasefold } from './case-fold.ts'
import { skeleton } from './skeleton.ts'
import { unicodeVersion } from './tables.ts'

/** By what a name is found, and what it looks like. */
export interface NameForms {
  /** The name as it is compared: whoever types a name with this key means this account. */
  key: string
  /** One or two, no two the same, in the order of their code units. No two accounts may share one. */
  skeletons: readonly string[]
}

/** The rules by which names get their forms. Where it is another, those that are kept are made anew. */
export const formsVersion = unicodeVersion

/** Its NFKC_Casefold is its lower case, and it has no other form. */
const ascii = /^[\0-\x7f]*$/

/** NFKC_Casefold of a name: the same however its case, width, ligatures and accents are typed. */
export function usernameKey(name: string): string {
  return ascii.test(name) ? name.toLowerCase() : nfkcCasefold(name)
}

/** What a name looks like as typed, and in the case that people compare names in. */
export function nameForms(username: string): NameForms {
  const key = usernameKey(username)
  return { key, skeletons: [...new Set([skeleton(username), skeleton(key)])].sort() }
}
