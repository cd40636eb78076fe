import t from 'tap'
import { displayWidth, graphemes } from '../../src/terminal/display-width.ts'

t.test('the width of a text is that in a terminal', async (t) => {
  const table: [text: string, width: number, about: string][] = [
    ['', 0, 'nothing'],
    ['plain text', 10, 'ASCII'],
    ['naïve', 5, 'a composed letter'],
    ['e\u0301', 1, 'a letter and its mark'],
    ['\u0301', 0, 'a mark alone'],
    ['你好', 4, 'Han'],
    ['한글', 4, 'Hangul'],
    ['\u1112\u1161\u11ab', 2, 'Hangul in its parts'],
    ['ｶﾅ', 2, 'halfwidth katakana'],
    ['ＡＢ', 4, 'fullwidth Latin'],
    ['👍', 2, 'an emoji'],
    ['👍🏽', 2, 'with a skin tone'],
    ['👩‍👩‍👧', 2, 'a family of three'],
    ['🇮🇩', 2, 'a flag'],
    ['❤️', 2, 'a heart with the emoji selector'],
    ['❤', 1, 'a heart without it'],
    ['1️⃣', 2, 'a keycap'],
    ['สวัสดี', 4, 'Thai, with marks above'],
    ['नमस्ते', 4, 'Devanagari'],
    ['שלום', 4, 'Hebrew'],
    ['a\u200db', 2, 'a joiner'],
  ]
  for (const [text, width, about] of table) t.equal(displayWidth(text), width, about)
})

t.test('graphemes are user-perceived characters', async (t) => {
  t.same(graphemes('ab'), ['a', 'b'])
  t.same(graphemes('e\u0301👩‍👩‍👧🇮🇩한'), ['e\u0301', '👩‍👩‍👧', '🇮🇩', '한'])
})
