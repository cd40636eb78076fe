import t from 'tap'
import { parseMapping } from '../../src/names/parse-mapping.ts'
import { skeleton } from '../../src/names/skeleton.ts'
import { confusables } from '../../src/names/tables.ts'

t.test('names that look alike have the same skeleton', async (t) => {
  const alike: [string, ...string[]][] = [
    ['admin', 'ɑdmin', 'admın', 'adrnin', 'аdmin'],
    ['ace', 'асе', 'ace\u034F', 'a\u200Dce'],
    ['Ivan', 'lvan', '1van'],
    ['paypal', '𝔭𝒶ỿ𝕡𝕒ℓ'],
    ['BOb', 'В0Ь'],
    ['Zoë', 'Zoe\u0308'],
    ['ν', 'v'],
  ]
  for (const [name, ...others] of alike) {
    for (const other of others) t.equal(skeleton(other), skeleton(name), other)
  }
  t.not(skeleton('ivan'), skeleton('lvan'))
  t.not(skeleton('ann'), skeleton('Ann'), 'case is another matter')
})

t.test('the skeleton of a prototype is the prototype', async (t) => {
  for (const prototype of new Set(parseMapping(confusables).values())) {
    if (skeleton(prototype) !== prototype) t.fail(prototype)
  }
})
