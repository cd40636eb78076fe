import t from 'tap'
import { AllowedHosts } from '../../../src/http/checks/allowed-hosts.ts'
import { readAuthority } from '../../../src/http/checks/authority.ts'

t.test('a host is parsed into the form that browsers use', async (t) => {
  const read: [string, string, string][] = [
    ['localhost', 'localhost', ''],
    ['LocalHost.:3000', 'localhost', '3000'],
    ['chat_1.example.org:', 'chat_1.example.org', ''],
    ['127.0.0.1:00080', '127.0.0.1', '80'],
    ['127.1', '127.0.0.1', ''],
    ['[::1]:3000', '[::1]', '3000'],
    ['[0:0:0:0:0:0:0:1]', '[::1]', ''],
    ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', ''],
    ['a:65535', 'a', '65535'],
    ['', '', ''],
    [':8080', '', '8080'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`, ''],
  ]
  for (const [text, name, port] of read) t.same(readAuthority(text), { name, port }, text)
})

t.test('an invalid host is refused', async (t) => {
  const not = ['a b', 'a/b', 'u@h', 'a,b', 'a:99999x', 'a:65536', 'a:1:2', 'a:-1', 'a:+80']
  const nor = ['.', 'a%20b', 'a%00', '::1', '[::1', '[::x]', '[fe80::1%25lo]', '1.2.3.256', 'a?b']
  const even = [
    'ä.example',
    'xn--\u00e4',
    '<a>',
    'a\\b',
    '[]',
    `${'a.'.repeat(150)}b`,
    'a#b',
    'a;b',
  ]
  for (const text of [...not, ...nor, ...even]) t.equal(readAuthority(text), undefined, text)
})

t.test('a wildcard allows the names below its domain, and no others', async (t) => {
  const known = new AllowedHosts(['example.org', '*.lan'])
  const answers: [string, boolean][] = [
    ['example.org', true],
    ['EXAMPLE.org.:80', true],
    ['chat.example.org', false],
    ['example.org.evil.example', false],
    ['evilexample.org', false],
    ['a.b.lan', true],
    ['lan', false],
    ['evillan', false],
    // A browser always sends a host.
    ['', true],
    [':8080', true],
  ]
  for (const [text, expected] of answers) t.equal(known.check(text)?.isAllowed, expected, text)
  for (const text of ['anything.example', '10.0.0.1'])
    t.equal(new AllowedHosts(['*']).check(text)?.isAllowed, true)
})

t.test('a full cache drops the host that was unused for longest', async (t) => {
  const known = new AllowedHosts(['a'], { cacheSize: 2 })
  const first = known.check('a')
  t.equal(known.check('a'), first, 'judged once')
  for (const text of ['b', 'c']) known.check(text)
  t.not(known.check('a'), first, 'and again, once it made way')
  t.same(known.check('a'), first)
})
