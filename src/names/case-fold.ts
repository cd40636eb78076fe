import { parseMapping } from './code-point-mapping.ts'
import { foldings } from './tables.ts'

/** What folds otherwise than a single code point is lowercased. */
let exceptions: ReadonlyMap<string, string> | undefined

const ignorable = /\p{DI}/gu

/**
 * NFKC_Casefold of a canonically decomposed text: what Unicode compares identifiers by, whatever
 * their case, width and ligatures (The Unicode Standard, 3.13, D147). "ß" is "ss", every sigma is
 * "σ", and what shows nothing is gone. Folding again changes nothing.
 */
export function nfkcCasefold(text: string): string {
  exceptions ??= parseMapping(foldings)
  let folded = ''
  for (const character of text.normalize('NFD')) folded += foldOne(character, exceptions)
  return folded.normalize('NFC')
}

/** NFKC_Casefold of one code point (UAX #44): folds until nothing changes any more. */
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
