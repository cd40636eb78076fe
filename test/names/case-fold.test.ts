import fc from 'fast-check'
import t from 'tap'
import { usernameKey } from '../../src/names/name-forms.ts'
import { anyText } from '../support/any-text.ts'

const anyName = anyText()

/** Every letter and mark that has another case. */
const cased: string[] = []
for (let code = 0; code <= 0x1ffff; code++) {
  const one = String.fromCodePoint(code)
  if (/^[\p{L}\p{M}]$/u.test(one) && one.toLowerCase() !== one.toUpperCase()) cased.push(one)
}

t.test('names that differ only in case, width or ligatures have the same key', async (t) => {
  const same: [string, ...string[]][] = [
    ['ann', 'ANN', 'Ａｎｎ', '𝐚𝐧𝐧', 'a\u00ADnn'],
    ['zoë', 'Zoe\u0308', 'ZOË'],
    ['fin', 'ﬁn', 'ﬁＮ'],
    ['strasse', 'straße', 'STRASSE', 'STRAẞE'],
    ['νίκοσ', 'Νίκος', 'ΝΊΚΟΣ', 'ΝΙ\u0301ΚΟς'],
    ['ᾳ'.normalize('NFD').replace('\u0345', 'ι'), 'ᾳ', 'ᾼ', 'ΑΙ'],
    ['i\u0307stanbul', 'İstanbul', 'İSTANBUL'],
    ['Ꭰ', 'ꭰ'],
    ['ა', 'Ა'],
    ['𐐨', '𐐀'],
    ['𞤢', '𞤀'],
    ['アンナ', 'ｱﾝﾅ'],
    ['džep', 'ǅep', 'Ǆep', 'DŽEP'],
  ]
  for (const [key, ...names] of same) {
    for (const name of [key, ...names]) t.equal(usernameKey(name), key, name)
  }
  t.not(usernameKey('ılgın'), usernameKey('ILGIN'), 'folding is nobody’s language: not Turkish')
})

t.test('the key of a key is the key itself', async () => {
  fc.assert(
    fc.property(anyName, (name) => usernameKey(usernameKey(name)) === usernameKey(name)),
    { numRuns: 1000 },
  )
})

t.test('every letter has the same key as its upper and its lower case', async (t) => {
  const otherwise = cased.filter((one) => {
    const cases = [one.toLowerCase(), one.toUpperCase(), one.toUpperCase().toLowerCase()]
    return cases.some((other) => usernameKey(other) !== usernameKey(one))
  })
  t.same(otherwise, ['ı'], 'but the dotless i, whose upper case is that of another letter')
  t.ok(cased.length > 2_500)
})

t.test('letters that match case-insensitively have the same key', async (t) => {
  // By simple case folding, as regular expressions have it: a table of Node's own.
  const matches = cased.filter((one) => {
    const any = new RegExp(`^${one}$`, 'iu')
    const alike = [one.toLowerCase(), one.toUpperCase()].filter((other) => any.test(other))
    for (const other of alike) {
      if (usernameKey(other) !== usernameKey(one)) t.fail(`${one} ${other}`)
    }
    return alike.length > 0
  })
  t.ok(matches.length > 2_500)
})
