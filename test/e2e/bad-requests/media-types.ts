import { ask, bad, inBody, post, type Row } from './row.ts'
import type { TestAccounts } from './test-accounts.ts'

const path = '/v1/messages/broadcast'
const form = 'application/x-www-form-urlencoded'
const refused = { code: 'unsupported-media-type' } as const

const otherTypes = [
  'text/plain',
  'text/json',
  'text/html; charset=utf-8',
  'application/xml',
  'application/octet-stream',
  'application/jsonx',
  'application/problem+json',
  'application/json-patch+json',
  'application/vnd.api+json',
  'multipart/form-data; boundary=x',
  'application/*',
  '*/*',
  'json',
  'application',
  'application/',
  '/json',
  'application/json, text/plain',
  'application /json',
  '',
  ';',
  'application/json; charset=latin1',
  'application/json; charset=utf-16',
  'application/json; charset="iso-8859-1"',
  'application/json;CHARSET=us-ascii',
  'application/json; charset=',
  `${form}; charset=windows-1252`,
]

const encodings = [
  'gzip',
  'br',
  'deflate',
  'zstd',
  'compress',
  'x',
  'gzip, identity',
  'identity, gzip',
]

/** Media types, charsets and encodings that bodies do not come in. */
export const mediaTypes = ({ ann: token }: TestAccounts): Row[] => [
  ...otherTypes.map((type) =>
    bad(`Content-Type: ${type}`, post(path, { text: 'hi' }, { token, type }), refused),
  ),
  ...encodings.map((encoding) =>
    bad(
      `Content-Encoding: ${encoding}`,
      post(path, { text: 'hi' }, { token, lines: [`Content-Encoding: ${encoding}`] }),
      refused,
    ),
  ),
  bad(
    'a body without a type',
    Buffer.concat([
      ask('POST', path, { token, lines: ['Content-Length: 13'] }),
      Buffer.from('{"text":"hi"}'),
    ]),
    refused,
  ),
  bad(
    'a type that is right only the second time',
    post(
      path,
      { text: 'hi' },
      { token, type: 'text/plain', lines: ['Content-Type: application/json'] },
    ),
    refused,
  ),
  bad(
    'a login as text',
    post('/v1/login', { username: 'ann', password: 'x' }, { type: 'text/plain' }),
    refused,
  ),
  bad(
    'a registration that is compressed',
    post('/v1/register', {}, { lines: ['Content-Encoding: gzip'] }),
    refused,
  ),
  bad('nothing at all', ask('POST', path, { token }), inBody('', /A body is needed/)),
  bad('nothing at all to log in', ask('POST', '/v1/login'), inBody('', /A body is needed/)),
]

const forms: [why: string, body: string | Uint8Array, field: string, says?: RegExp][] = [
  ['nothing', '', '', /A body is needed/],
  ['only ampersands', '&&&', '', /A body is needed/],
  ['a repeated field', 'text=a&text=b', 'text', /only once/],
  ['a repeated field, escaped', 'text=a&t%65xt=b', 'text', /only once/],
  ['an unknown field', 'text=a&extra=b', 'extra', /not known here.*%26/],
  ['an unescaped ampersand', 'text=fish & chips', ' chips', /%26.*--data-urlencode/],
  ['a nested field', 'text[a]=b', 'text[a]', /not known here/],
  ['a prototype', 'text=a&__proto__=b', '__proto__', /not known here/],
  ['a constructor', 'text=a&constructor=b', 'constructor', /not known here/],
  ['a value without a name', '=a', 'text', /is missing/],
  ['a name without a value', 'text', 'text', /must hold something/],
  ['a blank', 'text=+', 'text', /must hold something/],
  ['U+0000', 'text=a%00', 'text', /U\+0000/],
  ['a control character', 'text=%1b', 'text', /U\+001B/],
  ['an escaped byte that is no UTF-8', 'text=%ff', '', /percent-encoded UTF-8/],
  ['an escaped surrogate', 'text=%ED%A0%80', '', /percent-encoded UTF-8/],
  ['an overlong escape', 'text=%c0%af', '', /percent-encoded UTF-8/],
  ['an escaped name that is no UTF-8', '%ff=a', '', /percent-encoded UTF-8/],
  ['a character cut in two', 'text=%e2%82=%ac', '', /percent-encoded UTF-8/],
  ['raw bytes that are no UTF-8', Buffer.from('text=\xe9', 'latin1'), '', /percent-encoded UTF-8/],
  ['broken JSON', '{"text":', '', /valid JSON/],
  ['JSON of another type', '{"text":5}', 'text', /must be a string/],
  ['JSON that repeats', '{"text":"a","text":"b"}', 'text', /only once/],
  ['JSON after a space that is broken', ' \r\n{text}', '', /valid JSON/],
  ['an array', '["text"]', 'text', /is missing/],
  ['too long a text', `text=${'x'.repeat(4001)}`, 'text', /has 4001/],
]

/** Forms that are wrong in the ways of forms. */
export const badForms = ({ ann: token }: TestAccounts): Row[] => [
  ...forms.map(([why, body, field, says]) =>
    bad(`a form with ${why}`, post(path, body, { token, type: form }), inBody(field, says)),
  ),
  bad(
    'a form to log in that repeats the name',
    post('/v1/login', 'username=ann&password=ann-password&username=bob', { type: form }),
    inBody('username', /only once/),
  ),
]
