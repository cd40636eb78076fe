import type { Socket } from 'node:net'
import t from 'tap'
import { addressKey, callerAddress } from '../../src/http/address-key.ts'

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

t.test(
  'a port is no part of an address, and what is no address counts for the proxy',
  async (t) => {
    const socket = { remoteAddress: '192.0.2.9' } as Socket
    for (const [ip, address] of [
      ['192.0.2.1', '192.0.2.1'],
      ['192.0.2.1:80', '192.0.2.1'],
      ['2001:db8::1', '2001:db8::1'],
      ['[::1]:80', '::1'],
      ['[::1]', '::1'],
      ['unknown', '192.0.2.9'],
      ['_hidden:80', '192.0.2.9'],
      ['[nonsense]:80', '192.0.2.9'],
    ] as const)
      t.equal(callerAddress({ ip, socket }), address, ip)
  },
)
