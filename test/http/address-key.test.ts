import t from 'tap'
import { addressKey } from '../../src/http/address-key.ts'

t.test('addresses count as who they belong to', async (t) => {
  t.equal(addressKey('192.0.2.1'), '192.0.2.1')
  t.equal(addressKey('::ffff:192.0.2.1'), '192.0.2.1', 'mapped into IPv6')
  t.equal(addressKey('::ffff:c000:201'), '192.0.2.1')
  t.equal(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  t.equal(addressKey('2001:db8:1:2::9'), addressKey('2001:db8:1:2:ffff::'))
  t.not(addressKey('2001:db8:1:2::'), addressKey('2001:db8:1:3::'))
  t.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64')
  t.equal(addressKey('unknown'), 'unknown')
})
