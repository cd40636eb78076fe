import { once } from 'node:events'
import { emitKeypressEvents, type Key } from 'node:readline'
import { PassThrough } from 'node:stream'

/** The bytes of keys in xterm and compatible terminals. */
export const keys = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  delete: '\x1b[3~',
  backspace: '\x7f',
  enter: '\r',
  tab: '\t',
  'C-left': '\x1b[1;5D',
  'C-right': '\x1b[1;5C',
  'M-b': '\x1bb',
  'M-f': '\x1bf',
  'M-d': '\x1bd',
  'M-backspace': '\x1b\x7f',
  paste: (text: string) => `\x1b[200~${text}\x1b[201~`,
  control: (letter: string) => String.fromCharCode(letter.charCodeAt(0) & 31),
} as const

/** The keys that Node parses from the bytes of a terminal. */
export async function keysOf(bytes: string): Promise<[string | undefined, Key][]> {
  const input = new PassThrough()
  const found: [string | undefined, Key][] = []
  emitKeypressEvents(input)
  input.on('keypress', (typed, key) => found.push([typed, key]))
  input.end(bytes)
  await once(input, 'end')
  return found
}
