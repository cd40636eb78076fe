import { ask, bad, inParameter, post, type Row } from './row.ts'
import type { TestAccounts } from './test-accounts.ts'

const cursors = [
  '-1',
  '+1',
  '01',
  '00',
  '1.0',
  '1e3',
  '0x10',
  '9007199254740992',
  '99999999999999999999999',
  'abc',
  '-',
  '1-',
  '-abcdefgh',
  '1-abc',
  '1-ABCDEFGH',
  '1-mh4k2c9',
  '1-mh4k2c9z0',
  '1-mh4k2c9!',
  '1--mh4k2c9z',
  '1_mh4k2c9z',
  '01-mh4k2c9z',
  '9007199254740992-mh4k2c9z',
  '1-mh4k2c9z,2-mh4k2c9z',
  'null',
  'x'.repeat(2000),
]

const onlyInQueries = ['%20', '1%20', '%201', '%00', '1%00', '%EF%BC%91', '1%0A', '1%0D%0A']

/** Cursors that no event ever carried. */
export const badCursors = ({ ann: token, annsEvents }: TestAccounts): Row[] => [
  ...cursors.flatMap((cursor) => [
    bad(
      `Last-Event-ID: ${cursor.slice(0, 30)}`,
      ask('GET', '/v1/events', { token, lines: [`Last-Event-ID: ${cursor}`] }),
      inParameter('Last-Event-ID', /must be the id of an event/),
    ),
    bad(
      `lastEventId=${cursor.slice(0, 30)}`,
      ask('GET', `/v1/events?lastEventId=${encodeURIComponent(cursor)}`, { token }),
      inParameter('lastEventId', /must be the id of an event/),
    ),
  ]),
  ...onlyInQueries.map((cursor) =>
    bad(
      `lastEventId=${cursor}`,
      ask('GET', `/v1/events?lastEventId=${cursor}`, { token }),
      inParameter('lastEventId'),
    ),
  ),
  bad(
    'a bad cursor beside a good one in the header',
    ask('GET', '/v1/events?lastEventId=x', { token, lines: ['Last-Event-ID: 1'] }),
    inParameter('lastEventId'),
  ),
  bad(
    'two cursors in headers',
    ask('GET', '/v1/events', { token, lines: ['Last-Event-ID: 1', 'Last-Event-ID: 2'] }),
    inParameter('Last-Event-ID'),
  ),
  bad(
    "a bad cursor with the stream's token",
    ask('GET', `/v1/events?token=${annsEvents}&lastEventId=x`),
    inParameter('lastEventId'),
  ),
  ...['half', '', 'FULL', 'none,none', 'true', '0'].map((value) =>
    bad(
      `presence=${value}`,
      ask('GET', `/v1/events?presence=${value}`, { token }),
      inParameter('presence', /must be "full" or "none"/),
    ),
  ),
]

const noNumbers = [
  '',
  'x',
  '-1',
  '1.5',
  '1e2',
  '01',
  '+5',
  '%2B5',
  '%205',
  '5%20',
  '0x5',
  'NaN',
  '5,6',
  '99999999999999999999',
  '%',
]

/** Numbers that are none, or out of their range. */
export const badNumbers = ({ ann: token }: TestAccounts): Row[] => [
  ...noNumbers.flatMap((value, at) => {
    const [path, name] = (
      [
        ['/v1/messages', 'after'],
        ['/v1/messages', 'before'],
        ['/v1/users/online', 'limit'],
      ] as const
    )[at % 3] as [string, string]
    return [
      bad(
        `${path}?${name}=${value}`,
        ask('GET', `${path}?${name}=${value}`, { token }),
        inParameter(name, /must be a whole number from \d+ to \d+/),
      ),
      bad(
        `/v1/messages?limit=${value}`,
        ask('GET', `/v1/messages?limit=${value}`, { token }),
        inParameter('limit', /must be a whole number from 1 to 200/),
      ),
    ]
  }),
  ...['0', '201', '1000'].map((limit) =>
    bad(
      `messages?limit=${limit}`,
      ask('GET', `/v1/messages?limit=${limit}`, { token }),
      inParameter('limit', /from 1 to 200/),
    ),
  ),
  ...['0', '1001'].map((limit) =>
    bad(
      `online?limit=${limit}`,
      ask('GET', `/v1/users/online?limit=${limit}`, { token }),
      inParameter('limit', /from 1 to 1000/),
    ),
  ),
  ...['after', 'before'].map((name) =>
    bad(
      `${name} past what can be counted`,
      ask('GET', `/v1/messages?${name}=9007199254740992`, { token }),
      inParameter(name, /to 9007199254740991/),
    ),
  ),
  ...[
    '0',
    '-1',
    '1.5',
    '01',
    'abc',
    '1e3',
    '9007199254740992',
    '%20',
    '1%20',
    '%E2%91%A0',
    'x'.repeat(2000),
  ].map((id) =>
    bad(
      `the message ${id.slice(0, 30)}`,
      ask('GET', `/v1/messages/${id}`, { token }),
      inParameter('id', /must be a whole number from 1 to 9007199254740991/),
    ),
  ),
]

const calls: [method: string, path: string, body?: object][] = [
  ['GET', '/v1/me'],
  ['GET', '/v1/messages'],
  ['GET', '/v1/messages/1'],
  ['GET', '/v1/users/online'],
  ['GET', '/v1/events'],
  ['POST', '/v1/logout'],
  ['POST', '/v1/events/token'],
  ['POST', '/v1/register', { username: 'cid', password: 'long-enough' }],
  ['POST', '/v1/login', { username: 'ann', password: 'ann-password' }],
  ['POST', '/v1/messages/broadcast', { text: 'hi' }],
  ['POST', '/v1/messages/direct', { to: 'bob', text: 'hi', whenOffline: 'keep' }],
  ['GET', '/v1/rooms'],
  ['POST', '/v1/rooms', { name: 'tea' }],
  ['GET', '/v1/rooms/tea'],
  ['PATCH', '/v1/rooms/tea'],
  ['DELETE', '/v1/rooms/tea'],
  ['GET', '/v1/rooms/tea/members'],
  ['PUT', '/v1/rooms/tea/members/ann'],
  ['DELETE', '/v1/rooms/tea/members/ann'],
  ['GET', '/v1/rooms/tea/bans'],
  ['PUT', '/v1/rooms/tea/bans/bob'],
  ['DELETE', '/v1/rooms/tea/bans/bob'],
  ['GET', '/v1/rooms/tea/messages'],
  ['POST', '/v1/rooms/tea/messages', { text: 'hi' }],
]

/** Parameters that a call does not know, or that are given twice. */
export const oddParameters = ({ ann: token, annsEvents }: TestAccounts): Row[] => [
  ...calls.flatMap(([method, path, body], at) => {
    const send = (query: string) =>
      body === undefined
        ? ask(method, `${path}?${query}`, { token })
        : post(`${path}?${query}`, body, { token })
    const name = ['x', '__proto__', 'constructor', 'toString', 'limit[]', 'Limit'][at % 6] as string
    return [
      bad(`${path}?${name}`, send(`${name}=1`), inParameter(name, /is not known here/)),
      bad(`${path} with x twice`, send('x=1&x=2'), inParameter('x', /only once/)),
    ]
  }),
  bad(
    'limit twice',
    ask('GET', '/v1/messages?limit=1&limit=2', { token }),
    inParameter('limit', /only once/),
  ),
  bad(
    'limit twice, escaped',
    ask('GET', '/v1/messages?limit=1&l%69mit=1', { token }),
    inParameter('limit', /only once/),
  ),
  bad(
    'with twice',
    ask('GET', '/v1/messages?with=ann&with=bob', { token }),
    inParameter('with', /only once/),
  ),
  bad(
    'a cursor twice',
    ask('GET', '/v1/events?lastEventId=1&lastEventId=1', { token }),
    inParameter('lastEventId', /only once/),
  ),
  bad(
    'a token twice',
    ask('GET', `/v1/events?token=${annsEvents}&token=${annsEvents}`),
    inParameter('token', /only once/),
  ),
  bad(
    'after with before',
    ask('GET', '/v1/messages?after=1&before=2', { token }),
    inParameter('before', /must not be given together with after/),
  ),
  bad(
    'a query that is no UTF-8',
    ask('GET', '/v1/messages?with=%ff', { token }),
    inParameter('', /percent-encoded UTF-8/),
  ),
  bad(
    'a query with an overlong escape',
    ask('GET', '/v1/messages?%c0%80=1', { token }),
    inParameter('', /percent-encoded UTF-8/),
  ),
  bad('a query with raw bytes that are no UTF-8', ask('GET', '/v1/messages?with=\xe9', { token }), {
    code: 'malformed-request',
  }),
  bad('with nobody', ask('GET', '/v1/messages?with=nobody', { token }), {
    code: 'unknown-recipient',
  }),
  bad('with an empty name', ask('GET', '/v1/messages?with=', { token }), {
    code: 'unknown-recipient',
  }),
  bad('with a name of 2,000', ask('GET', `/v1/messages?with=${'x'.repeat(2000)}`, { token }), {
    code: 'unknown-recipient',
  }),
  bad(
    'after a name of 2,000',
    ask('GET', `/v1/users/online?after=${'x'.repeat(2000)}`, { token }),
    inParameter('after', /must be a username/),
  ),
]
