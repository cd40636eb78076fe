import t from 'tap'
import { networksOf } from '../../src/http/networks.ts'

t.test('an address lies in its networks, from the widest to the narrowest', async (t) => {
  t.same(networksOf('192.0.2.1'), ['192.0.2.1'])
  t.same(networksOf('::ffff:192.0.2.1'), ['192.0.2.1'], 'mapped into IPv6')
  t.same(networksOf('unknown'), ['unknown'])
  const [site, household, link] = networksOf('2001:db8:1:203:4:5:6:7')
  t.same(networksOf('2001:db8:1:203::9'), [site, household, link], 'another of one link')
  t.match(networksOf('2001:db8:1:204::'), [site, household, /64$/])
  t.not(networksOf('2001:db8:1:204::')[2], link)
  t.equal(networksOf('2001:db8:1:403::')[0], site)
  t.not(networksOf('2001:db8:1:403::')[1], household)
  t.not(networksOf('2001:db8:2:203::')[0], site)
  t.equal(new Set([site, household, link]).size, 3)
})
