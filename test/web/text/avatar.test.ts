import fc from 'fast-check'
import t from 'tap'
import { hueOf, hues, initialOf } from '../../../src/web/text/avatar.ts'

t.test('a name has a colour and an initial', async (t) => {
  fc.assert(fc.property(fc.string(), (name) => hueOf(name) >= 0 && hueOf(name) < hues))
  t.equal(hueOf('ann'), hueOf('ann'))
  const people = ['ann', 'bob', 'cid', 'dan', 'Carla', 'Dewi', 'Siti', 'Termi', 'Budi', 'Ayu']
  t.ok(new Set(people.map(hueOf)).size >= 5, 'colours differ')
  t.equal(initialOf('e\u0301mile'), 'E\u0301')
  t.equal(initialOf(''), '')
})
