import { readFileSync } from 'node:fs'
import t from 'tap'
import { emojiTableFrom } from '../../build/emoji-table.ts'
import { fullyQualifiedEmoji } from '../../src/names/emoji.ts'
import { emojiVersion, rgiEmoji } from '../../src/names/emoji-table.ts'

const tones = [...'🏻🏼🏽🏾🏿']

/** Every emoji of the table. */
function* allEmoji(): Generator<string> {
  for (const pattern of rgiEmoji.trim().split(/\s/)) {
    const parts = pattern.split(/🏻|🏼/u)
    if (parts.length === 1) yield pattern
    else if (parts.length === 2) yield* tones.map((one) => parts.join(one))
    else
      for (const one of tones)
        for (const other of tones)
          if (one !== other || !pattern.includes('🏼'))
            yield `${parts[0]}${one}${parts[1]}${other}${parts[2]}`
  }
}

const hex = (text: string) =>
  [...text].map((one) => (one.codePointAt(0) as number).toString(16).toUpperCase()).join(' ')

t.test('the table is what the build makes of Unicode’s files', async (t) => {
  const files = (emoji: string[], version = emojiVersion) => ({
    'emoji-sequences.txt': [
      `# Version: ${version}`,
      // The first two of the table.
      '231A..231B    ; Basic_Emoji ; watch..hourglass done # E0.6',
      ...emoji.slice(2).map((one) => `${hex(one)} ; RGI_Emoji ; a name # E1.0 [1]`),
    ].join('\n'),
    'emoji-zwj-sequences.txt': `# Version: ${emojiVersion}`,
  })
  const all = [...allEmoji()]
  const made = readFileSync(new URL('../../src/names/emoji-table.ts', import.meta.url), 'utf8')
  t.equal(emojiTableFrom(t.testdir(files(all))), made)
  t.throws(() => emojiTableFrom(t.testdir(files(all, '1.0'))), { message: '17.0 is not 1.0' })
  t.throws(() => emojiTableFrom(t.testdir(files(['⌚', '⌛', '👍🏻', '👍🏼']))), {
    message: /stands for 2/,
  })
})

t.test('the table has the emoji that this Node knows', async (t) => {
  const all = [...allEmoji()]
  t.equal(all.length, 3953)
  t.equal(new Set(all).size, all.length)
  t.same(
    all.filter((one) => !/^\p{RGI_Emoji}$/v.test(one)),
    [],
  )
  const single = Array.from({ length: 0x20000 }, (_, code) => String.fromCodePoint(code))
  const known = single.filter((one) => /^\p{RGI_Emoji}$/v.test(one))
  t.same(
    known.filter((one) => fullyQualifiedEmoji(one) !== one),
    [],
  )
})

t.test('an emoji is itself, and is completed where it lacks variation selectors', async (t) => {
  const wrong = [...allEmoji()].filter(
    (one) =>
      fullyQualifiedEmoji(one) !== one ||
      fullyQualifiedEmoji(one.replaceAll('\uFE0F', '')) !== one ||
      fullyQualifiedEmoji(one.replace('\uFE0F', '')) !== one,
  )
  t.same(wrong, [])
  t.equal(fullyQualifiedEmoji('❤'), '❤️')
  t.equal(fullyQualifiedEmoji('3\u20E3'), '3️⃣')
})

t.test('anything else is no emoji', async (t) => {
  const others = {
    nothing: '',
    'a letter': 'a',
    'a digit': '3',
    two: '👍👍',
    'one and a space': '👍 ',
    'a selector too many': '👍\uFE0F',
    'one for text': '❤\uFE0E',
    'a selector twice': '❤\uFE0F\uFE0F',
    'a tone where none is': '🍵🏻',
    'tones in one of two places': '👩🏻‍❤️‍👩',
    'a pair of one tone that has a shorter form': '🫱🏻‍🫲🏻',
    'a family that is not recommended': '👨‍👨‍👨‍👨',
    'half a flag': '🇮',
    'a flag of nowhere': '🇽🇽',
    'a joiner': '\u200D',
    'a lone surrogate': '\uD83D',
    'a long text': '👍'.repeat(10_000),
  }
  for (const [what, text] of Object.entries(others))
    t.equal(fullyQualifiedEmoji(text), undefined, what)
})
