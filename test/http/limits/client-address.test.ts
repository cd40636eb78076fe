import type { Socket } from 'node:net'
import t from 'tap'
import { clientAddress } from '../../../src/http/limits/client-address.ts'

t.test('a forwarded port is cut off, and without a valid address the proxy counts', async (t) => {
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
})
