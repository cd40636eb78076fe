import { calls } from './fields.ts'
import { ask, bad, inBody, inParameter, post, type Row } from './row.ts'
import type { TestAccounts } from './test-accounts.ts'

/** What no string may hold, as JSON spells it. */
const never = [
  '\\u0000',
  'a\\u0000b',
  '\\ud800',
  '\\udc00',
  '\\udc00\\ud800',
  'a\\ud83d',
  '\\ude00b',
]

/** U+0000 and lone surrogates in every string, and what queries can carry of them. */
export const malformedStrings = ({ ann, ...cast }: TestAccounts): Row[] => [
  ...calls({ ann, ...cast }).flatMap(({ path, token, right }) =>
    Object.keys(right)
      .filter((field) => field !== 'whenOffline')
      .flatMap((field) =>
        never.map((spelt) => {
          const long = field === 'password' ? `long-enough-${spelt}` : spelt
          const body = JSON.stringify({ ...right, [field]: '@' }).replace('"@"', `"${long}"`)
          return bad(`${path} with ${field} "${spelt}"`, post(path, body, { token }), inBody(field))
        }),
      ),
  ),
  bad('U+0000 in with', ask('GET', '/v1/messages?with=a%00', { token: ann }), inParameter('with')),
  bad(
    'U+0000 in after',
    ask('GET', '/v1/users/online?after=%00', { token: ann }),
    inParameter('after'),
  ),
]

const controls = [...Array(0xa0).keys()]
  .filter((code) => code < 0x20 || code >= 0x7f)
  .filter((code) => ![0x09, 0x0a, 0x0d].includes(code))

/** Every control character but tab, LF and CR, in turn in both kinds of message. */
export const controlCharacters = ({ ann }: TestAccounts): Row[] =>
  controls.map((code, at) => {
    const text = `before ${String.fromCharCode(code)} after`
    const name = code.toString(16).toUpperCase().padStart(4, '0')
    const says = new RegExp(`U\\+${name}`)
    return at % 2 === 0
      ? bad(
          `U+${name} in a broadcast`,
          post('/v1/messages/broadcast', { text }, { token: ann }),
          inBody('text', says),
        )
      : bad(
          `U+${name} in a direct message`,
          post('/v1/messages/direct', { to: 'bob', text, whenOffline: 'keep' }, { token: ann }),
          inBody('text', says),
        )
  })

const blanks = [
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\t \r\n',
  '\u00a0',
  '\u1680',
  '\u2003',
  '\u2028\u2029',
  '\u202f',
  '\u3000',
  '\ufeff',
  '\u200b',
  '\u2060 \u3164',
]

/** Texts that hold nothing to read. */
export const blankTexts = ({ ann }: TestAccounts): Row[] =>
  blanks.map((text) =>
    bad(
      `a blank text "${text}"`,
      post('/v1/messages/broadcast', { text }, { token: ann }),
      inBody('text', /not white space/),
    ),
  )

/** Two UTF-16 units, one code point, a letter. */
const astral = '\u{20bb7}'

/** Lengths are in code points: astral ones count once, and half of none is a length. */
export const lengths = ({ ann }: TestAccounts): Row[] => {
  const username = (length: string, value: string) =>
    bad(
      `a username of ${length}`,
      post('/v1/register', { username: value, password: 'long-enough' }),
      inBody('username', /must be 2 to 32 characters long, but has \d+/),
    )
  const password = (length: string, value: string) =>
    bad(
      `a password of ${length}`,
      post('/v1/register', { username: 'cid', password: value }),
      inBody('password', /must be 8 to 256 characters long, but has \d+/),
    )
  const text = (length: string, value: string, says = /must be at most 4000 characters long/) =>
    bad(
      `a text of ${length}`,
      post('/v1/messages/broadcast', { text: value }, { token: ann }),
      inBody('text', says),
    )
  return [
    username('0', ''),
    username('1', 'a'),
    username('1 astral', astral),
    username('33', 'a'.repeat(33)),
    username('33 astral', astral.repeat(33)),
    username('33 with marks', `a${'\u0301'.repeat(32)}`),
    username('1,000', 'a'.repeat(1000)),
    password('0', ''),
    password('7', '1234567'),
    password('7 astral', '\u{1f511}'.repeat(7)),
    password('257', 'x'.repeat(257)),
    password('257 astral', '\u{1f511}'.repeat(257)),
    password('1,000', 'x'.repeat(1000)),
    text('0', '', /must hold something/),
    text('4,001', 'x'.repeat(4001)),
    text('4,001 astral', '\u{1f600}'.repeat(4001)),
    text('4,001 blanks', ' '.repeat(4001)),
    text('60,000', 'x'.repeat(60_000)),
    bad(
      'a direct text of 4,001',
      post('/v1/messages/direct', { to: 'bob', text: 'x'.repeat(4001) }, { token: ann }),
      inBody('text', /has 4001/),
    ),
  ]
}
