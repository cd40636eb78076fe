import { TextDecoder } from 'node:util'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export type Pair = readonly [name: string, value: string]

/**
 * Parses `application/x-www-form-urlencoded`, as forms, queries and hand-typed curl commands use it:
 * `+` is a space, `%XX` a byte of UTF-8, and any other `%` stands for itself.
 *
 * @throws {TypeError} the bytes are not UTF-8
 */
export function parseUrlEncoded(bytes: Uint8Array): Pair[] {
  const pairs = utf8.decode(bytes).split('&')
  return pairs.filter((pair) => pair !== '').map(parsePair)
}

function parsePair(pair: string): Pair {
  const [name] = pair.split('=', 1) as [string]
  return [decode(name), decode(pair.slice(name.length + 1))]
}

function decode(text: string): string {
  if (!/[+%]/.test(text)) return text
  return text
    .replaceAll('+', ' ')
    .replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
      utf8.decode(Buffer.from(escapes.replaceAll('%', ''), 'hex')),
    )
}
