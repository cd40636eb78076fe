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
