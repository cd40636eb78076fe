import { bad, inBody, post, type Row } from './row.ts'
import type { TestAccounts } from './test-accounts.ts'

const path = '/v1/messages/broadcast'

const broken: (string | Uint8Array)[] = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '{"text"',
  '{"text":',
  '{"text":}',
  '{"text":"a"',
  '{"text":"a"]',
  '{"text":"a",}',
  '{,"text":"a"}',
  '{"text":"a"}x',
  '{"text":"a"}{"text":"b"}',
  '{"text":"a"};',
  '{"text":"a" "x":1}',
  '{"text" "a"}',
  '{"text"="a"}',
  "{'text':'a'}",
  '{text:"a"}',
  '{"text":a}',
  '{"text":undefined}',
  '{"text":NaN}',
  '{"text":+1}',
  '{"text":01}',
  '{"text":.5}',
  '{"text":1.}',
  '{"text":0x1}',
  '{"text":True}',
  '{"text":nul}',
  '{"text":"\\x41"}',
  '{"text":"\\u12"}',
  '{"text":"\\"}',
  '{"text":"a\nb"}',
  '{"text":"a\tb"}',
  '{"text":"a\u0001b"}',
  '{"text":"a\u0000b"}',
  '/* */{"text":"a"}',
  '// a\n{"text":"a"}',
  '{"text":"a"}//',
  '\u00a0{"text":"a"}',
  '\u0000',
  '<text>a</text>',
  'text=a',
  '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\na\r\n--x--',
  '['.repeat(30),
  '{"a":'.repeat(30),
  Buffer.from('{"text":"a"}', 'utf16le'),
]

const noObjects = [
  'null',
  'true',
  '5',
  '-0',
  '1e999',
  '"text"',
  '[]',
  '[{"text":"a"}]',
  `${'['.repeat(30)}${']'.repeat(30)}`,
]

/** Refused by the size of their tree, before anything else of them is judged. */
const tooLarge: [body: string, told: RegExp][] = [
  ['['.repeat(30_000), /nested deeper than 32 levels/],
  ['{"a":'.repeat(10_000), /nested deeper than 32 levels/],
  [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, /nested deeper than 32 levels/],
  [`[${'0,'.repeat(30_000)}0]`, /more than 1,000 values/],
]

const notUtf8: [why: string, bytes: number[]][] = [
  ['bytes of no character', [0xff, 0xfe]],
  ['a continuation alone', [0x80]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['an overlong NUL', [0xc0, 0x80]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['past the last code point', [0xf4, 0x90, 0x80, 0x80]],
  ['a character cut short', [0xe2, 0x82]],
  ['Latin-1', [0xe9]],
]

/** Bodies that are no JSON, no object, or no UTF-8. */
export const brokenBodies = ({ ann: token }: TestAccounts): Row[] => [
  ...broken.map((body) =>
    bad(
      `broken JSON ${String(body).slice(0, 30)}`,
      post(path, body, { token }),
      inBody('', /must be valid JSON/),
    ),
  ),
  ...tooLarge.map(([body, told]) =>
    bad(`too large a tree ${body.slice(0, 30)}`, post(path, body, { token }), inBody('', told)),
  ),
  ...noObjects.map((body) =>
    bad(
      `JSON that is no object: ${body.slice(0, 30)}`,
      post(path, body, { token }),
      inBody('', /must be an object|body is needed, with the fields text/i),
    ),
  ),
  ...['', ' ', '\r\n\t'].map((body) =>
    bad(
      `an empty body ${JSON.stringify(body)}`,
      post(path, body, { token }),
      inBody('', /A body is needed, with the fields text/),
    ),
  ),
  ...notUtf8.map(([why, bytes]) =>
    bad(
      `UTF-8 broken by ${why}`,
      post(path, Buffer.from(`{"text":"${String.fromCharCode(...bytes)}"}`, 'latin1'), { token }),
      inBody('', /must be UTF-8/),
    ),
  ),
]

const repeated: [body: string, field: string][] = [
  ['{"text":"a","text":"b"}', 'text'],
  ['{"text":"a","text":"a"}', 'text'],
  ['{"text":"a","\\u0074ext":"b"}', 'text'],
  ['{"\\u0074\\u0065\\u0078\\u0074":"a","text":"b"}', 'text'],
  ['{"text":"a","text":null}', 'text'],
  ['{"text" : "\\"text\\":", "text" : "b"}', 'text'],
  ['{"text":"a","x":1,"x":2}', 'x'],
  ['{"text":"a","__proto__":1,"__proto__":2}', '__proto__'],
  ['{"text":"a","":1,"":2}', ''],
]

/** Which of two fields with one name was meant would be guessed. */
export const repeatedFields = ({ ann: token }: TestAccounts): Row[] => [
  ...repeated.map(([body, field]) =>
    bad(`repeated: ${body}`, post(path, body, { token }), {
      code: 'invalid-request',
      at: { pointer: `/${field}` },
      says: /only once/,
    }),
  ),
  bad(
    'a repeated recipient',
    post('/v1/messages/direct', '{"to":"bob","text":"a","to":"ann"}', { token }),
    inBody('to', /only once/),
  ),
  bad(
    'a repeated password',
    post('/v1/login', '{"username":"ann","password":"x","p\\u0061ssword":"ann-password"}'),
    inBody('password', /only once/),
  ),
  bad(
    'fields behind a prototype',
    post(path, '{"__proto__":{"text":"a"}}', { token }),
    inBody('text', /is missing/),
  ),
]
