import { ask, bad, inBody, inParameter, invalidToken, post, type Row } from './row.ts'
import type { TestAccounts } from './test-accounts.ts'

const nowhere = [
  '/nope',
  '/v1',
  '/v1/',
  '/v1?x=1',
  '/v1/nope',
  '/V1/me',
  '/v1/Me',
  '/v1/me/',
  '//v1/me',
  '/v1//me',
  '/v1/me/..',
  '/v1/../v1/me',
  '/v1/%2e%2e/v1/me',
  '/v1/me%00',
  '/v1/me%20',
  '/v1/me;x=1',
  '/v1%2fme',
  '/v1/messages/',
  '/v1/messages/1/',
  '/v1/messages/1/text',
  '/v1/messages/direct/bob',
  '/v1/users/',
  '/v1/users/ann/',
  '/v1/users/online/',
  '/v1/sessions/',
  '/v1/tokens/',
  '/v1/me/blocks/',
  '/v1/admin',
  '/v1/admin/users/ann',
  '/v1/events/',
  '/v1/rooms/',
  '/v1/rooms/tea/',
  '/v1/rooms/tea/members/ann/role',
  '/v1/rooms/tea/bans/',
  '/v1/room',
  '/v2/me',
  '/healthz/',
  '/readyz/x',
  '/index.php',
  '/.env',
  '/.git/config',
  '/etc/passwd',
  '/../../etc/passwd',
  '/..%2f..%2fetc%2fpasswd',
  '/openapi.yaml',
  '/problems',
  '/problems/',
  '/problems/not-found/x',
  '/favicon.ico',
  '/*',
  '*',
  '/v1/*',
  '/__proto__',
  '/constructor',
  `/${'x'.repeat(8000)}`,
]

const undecodable = [
  '/%',
  '/%zz',
  '/%f',
  '/%ff',
  '/v1/%c0%af',
  '/v1/messages/%',
  '/v1/messages/%e2%82',
  '/%ed%a0%80',
  '/%u0041',
]

const addresses: [path: string, allow: string, others: string[]][] = [
  ['/v1/register', 'POST', ['GET', 'PUT', 'DELETE', 'OPTIONS']],
  ['/v1/login', 'POST', ['GET', 'PATCH', 'OPTIONS']],
  ['/v1/logout', 'POST', ['GET', 'DELETE']],
  ['/v1/events/token', 'POST', ['GET', 'PUT']],
  [
    '/v1/me',
    'GET, HEAD, PATCH',
    ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'QUERY'],
  ],
  ['/v1/messages', 'GET, HEAD', ['POST', 'DELETE', 'SEARCH']],
  ['/v1/messages/1', 'DELETE, GET, HEAD, PATCH', ['POST', 'PUT']],
  ['/v1/messages/1/reactions/x', 'DELETE, PUT', ['GET', 'POST', 'PATCH']],
  ['/v1/me/password', 'PUT', ['GET', 'POST']],
  ['/v1/me/blocks', 'GET, HEAD', ['POST', 'PUT']],
  ['/v1/me/blocks/ann', 'DELETE, PUT', ['GET', 'POST']],
  ['/v1/renew', 'POST', ['GET']],
  ['/v1/sessions', 'DELETE, GET, HEAD', ['POST', 'PUT']],
  ['/v1/sessions/1', 'DELETE', ['GET', 'PATCH']],
  ['/v1/tokens', 'GET, HEAD, POST', ['PUT', 'DELETE']],
  ['/v1/tokens/1', 'DELETE', ['GET', 'PATCH']],
  ['/v1/users', 'GET, HEAD', ['POST', 'DELETE']],
  ['/v1/users/ann', 'GET, HEAD', ['PUT', 'DELETE']],
  ['/v1/admin/users', 'GET, HEAD, POST', ['PUT', 'DELETE']],
  ['/v1/admin/users/ann/ban', 'DELETE, PUT', ['GET', 'POST']],
  ['/v1/admin/audit', 'GET, HEAD', ['POST', 'DELETE']],
  ['/v1/users/online', 'GET, HEAD', ['POST', 'OPTIONS']],
  ['/v1/events', 'GET, HEAD', ['POST', 'PUT', 'DELETE', 'OPTIONS']],
  ['/v1/rooms', 'GET, HEAD, POST', ['PUT', 'PATCH', 'DELETE']],
  ['/v1/rooms/tea', 'DELETE, GET, HEAD, PATCH', ['POST', 'PUT']],
  ['/v1/rooms/tea/members', 'GET, HEAD', ['POST', 'PUT', 'DELETE']],
  ['/v1/rooms/tea/members/ann', 'DELETE, PUT', ['GET', 'POST', 'PATCH']],
  ['/v1/rooms/tea/bans', 'GET, HEAD', ['POST', 'DELETE']],
  ['/v1/rooms/tea/bans/ann', 'DELETE, PUT', ['GET', 'POST']],
  ['/v1/rooms/tea/messages', 'GET, HEAD, POST', ['PUT', 'DELETE']],
  ['/healthz', 'GET, HEAD', ['POST', 'M-SEARCH']],
  ['/readyz', 'GET, HEAD', ['POST', 'LINK']],
  ['/openapi.json', 'GET, HEAD', ['PUT', 'MKCOL']],
  ['/problems/not-found', 'GET, HEAD', ['POST', 'REPORT']],
  ['/', 'GET, HEAD', ['POST', 'DELETE']],
]

/** What is not there, and what does not take the method. HEAD's answers have no body to judge. */
export const wrongAddresses = (): Row[] => [
  ...nowhere.map((path) =>
    bad(`nothing at ${path.slice(0, 40)}`, ask('GET', path), {
      code: 'not-found',
      operations: true,
    }),
  ),
  ...['POST', 'DELETE', 'OPTIONS', 'LOCK'].map((method) =>
    bad(`${method} of nothing`, ask(method, '/nope'), { code: 'not-found', operations: true }),
  ),
  ...['nope', '__proto__', 'constructor', 'toString', '%20', 'NOT-FOUND', 'x'.repeat(5000)].map(
    (code) =>
      bad(`the problem ${code.slice(0, 30)}`, ask('GET', `/problems/${code}`), {
        code: 'not-found',
      }),
  ),
  ...undecodable.map((path) =>
    bad(`the path ${path}`, ask('GET', path), { code: 'malformed-request' }),
  ),
  ...addresses.flatMap(([path, allow, methods]) =>
    methods.map((method) =>
      bad(`${method} ${path}`, ask(method, path), { code: 'method-not-allowed', allow }),
    ),
  ),
]

const tooLarge = { text: 'x'.repeat(70_000) }

/** 404, 405, 401, 415, 413, 400, then the chat's own rules: the first that is wrong is told. */
export const order = (cast: TestAccounts): Row[] => {
  const { ann: token } = cast
  const path = '/v1/messages/broadcast'
  const direct = '/v1/messages/direct'
  return [
    bad('404 before all', post('/v1/nope', tooLarge, { token: 'x', type: 'text/plain' }), {
      code: 'not-found',
      operations: true,
    }),
    bad(
      '405 before all but that',
      post('/v1/me?x=1', tooLarge, { token: 'x', type: 'text/plain' }),
      {
        code: 'method-not-allowed',
        allow: 'GET, HEAD, PATCH',
      },
    ),
    bad('401 before 415', post(path, 'x', { token: 'x', type: 'text/plain' }), invalidToken),
    bad('401 before 413', post(path, tooLarge, { token: 'x' }), invalidToken),
    bad('401 before 400', post(`${path}?x=1`, {}, { token: 'x' }), invalidToken),
    bad(
      '401 before 400 of a cursor',
      ask('GET', '/v1/events?lastEventId=x', { token: 'x' }),
      invalidToken,
    ),
    bad(
      '401 before 406',
      ask('GET', '/v1/events', { token: 'x', lines: ['Accept: text/html'] }),
      invalidToken,
    ),
    bad('401 before 400 of an id', ask('GET', '/v1/messages/x'), { code: 'unauthorized' }),
    bad('415 before 413', post(path, tooLarge, { token, type: 'text/plain' }), {
      code: 'unsupported-media-type',
    }),
    bad(
      '415 before 413, compressed',
      post(path, tooLarge, { token, lines: ['Content-Encoding: gzip'] }),
      {
        code: 'unsupported-media-type',
      },
    ),
    bad('415 before 400', post(`${path}?x=1`, '{', { token, type: 'text/plain' }), {
      code: 'unsupported-media-type',
    }),
    bad('413 before 400', post(`${path}?x=1`, `{${'x'.repeat(70_000)}`, { token }), {
      code: 'payload-too-large',
    }),
    bad('413 before 400 of a text', post(path, tooLarge, { token }), { code: 'payload-too-large' }),
    bad(
      '413 before 400 of a key',
      post(path, tooLarge, { token, lines: ['Idempotency-Key: a b'] }),
      {
        code: 'payload-too-large',
      },
    ),
    bad(
      '400 before the recipient',
      post(direct, { to: 'nobody', text: '' }, { token }),
      inBody('text'),
    ),
    bad(
      '400 before the name is looked at',
      post('/v1/register', { username: 'ann', password: 'x' }),
      inBody('password'),
    ),
    ...[
      bad('a body that is too large to log in', post('/v1/login', tooLarge), {
        code: 'payload-too-large',
      }),
      bad(
        'a form that is too large',
        post(path, `text=${'x'.repeat(70_000)}`, {
          token,
          type: 'application/x-www-form-urlencoded',
        }),
        { code: 'payload-too-large' },
      ),
      bad(
        'a query before a body that nobody reads, however large',
        post('/v1/events/token?x=1', tooLarge, { token }),
        inParameter('x'),
      ),
      bad(
        'chunks that are too large together',
        Buffer.concat([
          ask('POST', path, {
            token,
            lines: ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
          }),
          ...Array.from({ length: 70 }, () => Buffer.from(`3e8\r\n${'x'.repeat(1000)}\r\n`)),
          Buffer.from('0\r\n\r\n'),
        ]),
        { code: 'payload-too-large' },
      ),
    ],
  ]
}
