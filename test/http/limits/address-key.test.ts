import type { Socket } from 'node:net'
import t from 'tap'
import { addressKeys, clientAddress, networksOf } from '../../../src/http/limits/address-key.ts'

t.test('addresses count as who they belong to', async (t) => {
  const one = (key: string) => [{ key, times: 1 }]
  t.same(addressKeys('192.0.2.1'), one('192.0.2.1'))
  t.same(addressKeys('::ffff:192.0.2.1'), one('192.0.2.1'), 'mapped into IPv6')
  t.same(addressKeys('::ffff:c000:201'), one('192.0.2.1'))
  t.same(addressKeys('unknown'), one('unknown'))
  t.equal(addressKeys('192.0.2.1'), addressKeys('192.0.2.1'), 'read once')
})

t.test('IPv6 counts by /64, eight times as much by /56 and 64 times by /48', async (t) => {
  t.same(addressKeys('2001:db8:1:2ff:3:4:5:6'), [
    { key: '2001:db8:1:2ff::/64', times: 1 },
    { key: '2001:db8:1:200::/56', times: 8 },
    { key: '2001:db8:1::/48', times: 64 },
  ])
  t.same(addressKeys('2001:db8:1:2::9'), addressKeys('2001:db8:1:2:ffff::'))
  t.not(addressKeys('2001:db8:1:2::')[0]?.key, addressKeys('2001:db8:1:3::')[0]?.key)
  t.equal(addressKeys('fe80::1%eth0')[0]?.key, 'fe80::/64')
})

t.test('an address lies in its networks, from the widest to the narrowest', async (t) => {
  t.same(networksOf('2001:db8:1:2ff:3:4:5:6'), [
    '2001:db8:1::/48',
    '2001:db8:1:200::/56',
    '2001:db8:1:2ff::/64',
  ])
  t.same(networksOf('::ffff:192.0.2.1'), ['192.0.2.1'])
  t.same(networksOf('unknown'), ['unknown'])
})

t.test(
  'a port is no part of an address, and what is no address counts for the proxy',
  async (t) => {
    const socket = { remoteAddress: '192.0.2.9' } as Socket
    for (const [ip, address] of [
      ['192.0.2.9', '192.0.2.9'],
      ['192.0.2.1', '192.0.2.1'],
      ['192.0.2.1:80', '192.0.2.1'],
      ['2001:db8::1', '2001:db8::1'],
      ['[::1]:80', '::1'],
      ['[::1]', '::1'],
      ['unknown', '192.0.2.9'],
      ['_hidden:80', '192.0.2.9'],
      ['[nonsense]:80', '192.0.2.9'],
    ] as const)
      t.equal(clientAddress({ ip, socket }), address, ip)
  },
)
