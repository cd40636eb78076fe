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
export function readPairs(bytes: Uint8Array): Pair[] {
  return utf8
    .decode(bytes)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const end = pair.indexOf('=')
      return end === -1
        ? [decode(pair), '']
        : [decode(pair.slice(0, end)), decode(pair.slice(end + 1))]
    })
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
