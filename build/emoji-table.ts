/**
 * Writes `src/names/emoji-table.ts` from `emoji-sequences.txt` and `emoji-zwj-sequences.txt` (below
 * https://www.unicode.org/Public/17.0.0/emoji/), both in one folder.
 *
 *     node build/emoji-table.ts FOLDER
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { characters, header, wrapped } from './unicode-tables.ts'

const target = fileURLToPath(new URL('../src/names/emoji-table.ts', import.meta.url))

const tone = /[\u{1F3FB}-\u{1F3FF}]/gu
const [lightest, second] = ['\u{1F3FB}', '\u{1F3FC}']

/** The text of `src/names/emoji-table.ts`. @throws where the files are of different versions */
export function emojiTableFrom(folder: string): string {
  const files = ['emoji-sequences.txt', 'emoji-zwj-sequences.txt'].map((name) =>
    readFileSync(join(folder, name), 'utf8'),
  )
  const [version, other] = files.map((text) => /^# Version: (\S+)$/m.exec(text)?.[1])
  if (version === undefined || version !== other) throw new Error(`${other} is not ${version}`)
  return `${header(`build/emoji-table.ts from emoji-sequences.txt and emoji-zwj-sequences.txt of Unicode\n * Emoji ${version}`)}
/** The version of Unicode Emoji (UTS #51) that this is of. */
export const emojiVersion = '${version}'

/**
 * The emoji of the RGI set, fully qualified. One that holds the lightest skin tone stands for five, with
 * each of the tones. One that holds the lightest twice stands for 25; one that holds the lightest and the
 * second for the 20 with two different ones.
 */
export const rgiEmoji = \`
${wrapped(patterns(files.flatMap(sequences)).join(' ')).join('\n')}
\`
`
}

function sequences(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, from, to, sequence] =
      /^(?:([0-9A-F]+)\.\.([0-9A-F]+)|([0-9A-F ]+?)) *;/.exec(line) ?? []
    if (sequence !== undefined) return [characters(sequence)]
    if (from === undefined || to === undefined) return []
    const first = Number.parseInt(from, 16)
    const count = Number.parseInt(to, 16) - first + 1
    return Array.from({ length: count }, (_, at) => String.fromCodePoint(first + at))
  })
}

/** @throws where a pattern does not stand for all that it should */
function patterns(emoji: string[]): string[] {
  const groups = Map.groupBy(emoji, (one) => one.replace(tone, lightest))
  return [...groups].map(([pattern, { length }]) => {
    const tones = pattern.match(tone)?.length ?? 0
    if (length === 5 ** tones) return pattern
    if (tones !== 2 || length !== 20) throw new Error(`${pattern} stands for ${length}`)
    const at = pattern.lastIndexOf(lightest)
    return pattern.slice(0, at) + second + pattern.slice(at + lightest.length)
  })
}

if (import.meta.main) writeFileSync(target, emojiTableFrom(process.argv[2] ?? '.'))
