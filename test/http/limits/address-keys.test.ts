import t from 'tap'
import { addressKeys, networksOf } from '../../../src/http/limits/address-keys.ts'

t.test(
  'an IPv4 address is one key, also mapped into IPv6; other text is its own key',
  async (t) => {
    const one = (key: string) => [{ key, times: 1 }]
    t.same(addressKeys('192.0.2.1'), one('192.0.2.1'))
    t.same(addressKeys('::ffff:192.0.2.1'), one('192.0.2.1'), 'mapped into IPv6')
    t.same(addressKeys('::ffff:c000:201'), one('192.0.2.1'))
    t.same(addressKeys('unknown'), one('unknown'))
    t.equal(addressKeys('192.0.2.1'), addressKeys('192.0.2.1'), 'read once')
  },
)

t.test(
  'an IPv6 address counts by /64, by /56 with eight times the limit, and by /48 with 64 times',
  async (t) => {
    t.same(addressKeys('2001:db8:1:2ff:3:4:5:6'), [
      { key: '2001:db8:1:2ff::/64', times: 1 },
      { key: '2001:db8:1:200::/56', times: 8 },
      { key: '2001:db8:1::/48', times: 64 },
    ])
    t.same(addressKeys('2001:db8:1:2::9'), addressKeys('2001:db8:1:2:ffff::'))
    t.not(addressKeys('2001:db8:1:2::')[0]?.key, addressKeys('2001:db8:1:3::')[0]?.key)
    t.equal(addressKeys('fe80::1%eth0')[0]?.key, 'fe80::/64')
  },
)

t.test('the networks of an address go from the widest to the narrowest', async (t) => {
  t.same(networksOf('2001:db8:1:2ff:3:4:5:6'), [
    '2001:db8:1::/48',
    '2001:db8:1:200::/56',
    '2001:db8:1:2ff::/64',
  ])
  t.same(networksOf('::ffff:192.0.2.1'), ['192.0.2.1'])
  t.same(networksOf('unknown'), ['unknown'])
})
