import { parseMapping } from './parse-mapping.ts'
import { foldings } from './tables.ts'

/** The code points whose folded form is not their lower case; parsed at first use. */
let exceptions: ReadonlyMap<string, string> | undefined

const ignorable = /\p{DI}/gu

/**
 * NFKC_Casefold of a canonically decomposed text: Unicode compares identifiers by it, regardless of
 * case, width and ligatures (The Unicode Standard, 3.13, D147). "ß" becomes "ss", every sigma becomes
 * "σ", and invisible characters are removed. Folding again changes nothing.
 */
export function nfkcCasefold(text: string): string {
  exceptions ??= parseMapping(foldings)
  let folded = ''
  for (const character of text.normalize('NFD')) folded += foldOne(character, exceptions)
  return folded.normalize('NFC')
}

/** NFKC_Casefold of one code point (UAX #44), which is repeated until nothing changes. */
function foldOne(character: string, exceptions: ReadonlyMap<string, string>): string {
  let before: string
  let folded = character
  do {
    before = folded
    folded = ''
    for (const one of before.normalize('NFKC').replace(ignorable, '')) {
      folded += exceptions.get(one) ?? one.toLowerCase()
    }
  } while (folded !== before)
  return folded
}
