/** Reads lines of `to:from …`, code points in hexadecimal, as a mapping from each of `from` to `to`. */
export function parseMapping(lines: string): ReadonlyMap<string, string> {
  const mapping = new Map<string, string>()
  for (const line of lines.trim().split('\n')) {
    const [to, from] = line.split(':').map((codes) => codes.split(' ').map(character))
    for (const one of from as string[]) mapping.set(one, (to as string[]).join(''))
  }
  return mapping
}

function character(code: string): string {
  return String.fromCodePoint(Number.parseInt(code, 16))
}
