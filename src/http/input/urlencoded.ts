import { TextDecoder } from 'node:util'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** One `name=value`, decoded. */
export type Pair = readonly [name: string, value: string]

/**
 * Reads `application/x-www-form-urlencoded`, as forms, hand-typed curl and queries use it: `+` is a
 * space, `%XX` a byte of UTF-8, and a `%` that begins no such escape stands for itself.
 *
 * @throws {TypeError} what was sent is not UTF-8
 */
export function parseUrlEncoded(bytes: Uint8Array): Pair[] {
  return splitPairs(utf8.decode(bytes)).map(([name, value]) => [decode(name), decode(value)])
}

/** The same of a text in which nothing stands for something else. */
export function splitPairs(text: string): Pair[] {
  const pairs: Pair[] = []
  for (const pair of text.split('&')) {
    const end = pair.indexOf('=')
    if (end !== -1) pairs.push([pair.slice(0, end), pair.slice(end + 1)])
    else if (pair !== '') pairs.push([pair, ''])
  }
  return pairs
}

/** What stands for something else. */
const encoded = /[+%]/

function decode(text: string): string {
  if (!encoded.test(text)) return text
  return text
    .replaceAll('+', ' ')
    .replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
      utf8.decode(Buffer.from(escapes.replaceAll('%', ''), 'hex')),
    )
}
