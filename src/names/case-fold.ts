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

/**
 * Reads a table of `tables.ts`: groups `to:from …`, separated by commas. Numbers are in base 36. Each
 * `from` is a distance: from the code point before it, and for the first of a group from the first of
 * the group before.
 */
export function parseMapping(table: string): ReadonlyMap<string, string> {
  const mapping = new Map<string, string>()
  let start = 0
  for (const group of table.split(',')) {
    const [to, distances] = group.split(':').map(parseNumbers) as [number[], number[]]
    const target = String.fromCodePoint(...to)
    let code = start
    for (const [index, distance] of distances.entries()) {
      code += distance
      if (index === 0) start = code
      mapping.set(String.fromCodePoint(code), target)
    }
  }
  return mapping
}

function parseNumbers(text: string): number[] {
  return text
    .trim()
    .split(/\s/)
    .map((digits) => Number.parseInt(digits, 36))
}
