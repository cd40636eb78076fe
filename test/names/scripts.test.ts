import t from 'tap'
import { isOfOneScript, Script, scriptsOf } from '../../src/names/scripts.ts'
import { scripts } from '../../src/names/tables.ts'

t.test('a name is of one script, or of a mix that UTS #39 calls highly restrictive', async (t) => {
  const good = [
    'ann',
    'Фёдор',
    'Ελένη',
    '王伟',
    'さくらサクラ桜',
    'Annさくら桜サ',
    'Annㄅ王',
    'Ann한王',
    '한王',
  ]
  for (const name of [
    ...good,
    '7-_.',
    'Vie\u0323\u0302t',
    'ー',
    'アー',
    '٣٤',
    'محمد٣',
    '𞤀𞤁',
    '𐐀𐐁',
  ]) {
    t.equal(isOfOneScript(name), true, name)
  }
  const mixed: Record<string, string[]> = {
    annа: ['Latin', 'Cyrillic'],
    αа: ['Cyrillic', 'Greek'],
    annไทย: ['Latin', 'Thai'],
    ひㄅ: ['Hiragana', 'Bopomofo'],
    한ひ: ['Hangul', 'Hiragana'],
    annㄅひ: ['Latin', 'Hiragana', 'Bopomofo'],
    ann٣: ['Latin', 'Arabic'],
    аᎠ: ['Cyrillic', 'Cherokee'],
    ᐁ𐐀: ['Canadian Aboriginal', 'Deseret'],
  }
  for (const [name, of] of Object.entries(mixed)) {
    t.equal(isOfOneScript(name), false, name)
    t.same(scriptsOf(name), of, name)
  }
})

t.test('each character that a name can hold belongs to a known script', async (t) => {
  const classes = scripts
    .trim()
    .split(/\s/)
    .map((name) => `\\p{scx=${name}}`)
  const unknown = new RegExp(
    `^[[\\p{L}\\p{M}\\p{Nd}]--[${classes.join('')}\\p{scx=Common}\\p{scx=Inherited}]]$`,
    'v',
  )
  const found: string[] = []
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code)
    if (unknown.test(character)) found.push(code.toString(16))
  }
  t.same(found, [])
})

t.test('no text is of a script that this version of Node does not know', async (t) => {
  const later = new Script('Of_A_Later_Unicode')
  t.notOk(later.has('a') || later.isAllOf('a') || later.isAllOf('7'))
})

t.test('code points without a script name none', async (t) => {
  t.same(scriptsOf('7\u{378}'), [], 'U+0378 is not assigned')
})
