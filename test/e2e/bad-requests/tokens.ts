import { generateKeyPairSync, sign } from 'node:crypto'
import { ask, bad, inParameter, invalidToken, post, type Row } from './row.ts'
import { encoded, forge, signingSecret, type TestAccounts } from './test-accounts.ts'

const refused = { code: 'unauthorized' } as const

const otherHeaders = [
  '',
  'Bearer',
  'Bearer ',
  'Bearer: ',
  'Basic YW5uOmFubi1wYXNzd29yZA==',
  'Digest username="ann"',
  'Token TOKEN',
  'TOKEN',
  'BearerTOKEN',
  'JWT TOKEN',
  '"Bearer TOKEN"',
]

/** A token that an asymmetric key has signed, which the server has never seen. */
function signedByOthers(claims: object): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signed = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
}

/** Tokens that nobody was given, by what is wrong with each. */
function forged({ ann, ended, bob, claims }: TestAccounts): Record<string, string> {
  const [head = '', body = '', signature = ''] = ann.split('.')
  const without = (claim: string) => forge({ ...claims, [claim]: undefined })
  const now = Math.floor(Date.now() / 1000)
  return {
    'a word': 'nonsense',
    'three words': 'a.b.c',
    dots: '..',
    'a head alone': head,
    'no signature': `${head}.${body}`,
    'an empty signature': `${head}.${body}.`,
    'another signature': `${head}.${body}.${bob.split('.')[2]}`,
    'a signature cut short': ann.slice(0, -2),
    'a signature with more': `${head}.${body}.${signature}AAAA`,
    'a changed body': `${head}.${encoded({ ...claims, sub: '2' })}.${signature}`,
    'a changed head': `${encoded({ alg: 'HS256' })}.${body}.${signature}`,
    'a fourth part': `${ann}.x`,
    'five parts': `${head}..a.b.c`,
    'two tokens': `${ann},${ann}`,
    'a comma': `${ann},`,
    'no algorithm': forge(claims, { alg: 'none' }),
    'no algorithm, in capitals': forge(claims, { alg: 'NONE' }),
    'no algorithm but a signature': `${encoded({ alg: 'none' })}.${body}.${signature}`,
    HS384: forge(claims, { alg: 'HS384' }),
    HS512: forge(claims, { alg: 'HS512' }),
    RS256: signedByOthers(claims),
    'an algorithm in small letters': forge(claims, { alg: 'hs256' }),
    'another key': forge(claims, {}, 'a secret of somebody else, 32 bytes long'),
    'an empty key': forge(claims, {}, ''),
    'the key twice': forge(claims, {}, signingSecret + signingSecret),
    'an end gone by': forge({ ...claims, exp: now - 10 }),
    'an end long gone by': forge({ ...claims, exp: 1 }),
    'another random value': forge({ ...claims, nonce: 'x'.repeat(String(claims.nonce).length) }),
    'a random value that is a number': forge({ ...claims, nonce: 1 }),
    'no random value': without('nonce'),
    'an end that is text': forge({ ...claims, exp: String(claims.exp) }),
    'no end': without('exp'),
    'a beginning to come': forge({ ...claims, nbf: now + 3600 }),
    'no issuer': without('iss'),
    'another issuer': forge({ ...claims, iss: 'somebody' }),
    'no audience': without('aud'),
    'another audience': forge({ ...claims, aud: 'somebody' }),
    'no account': without('sub'),
    "another's account": forge({ ...claims, sub: '2' }),
    'an account that is a number': forge({ ...claims, sub: 1 }),
    'no session': without('sid'),
    'an unknown session': forge({ ...claims, sid: 12_345 }),
    'session 0': forge({ ...claims, sid: 0 }),
    'a session below 0': forge({ ...claims, sid: -Number(claims.sid) }),
    'a session that is text': forge({ ...claims, sid: String(claims.sid) }),
    'half a session': forge({ ...claims, sid: 0.5 }),
    'too large a session': forge({ ...claims, sid: 1e300 }),
    'a session that is null': forge({ ...claims, sid: null }),
    'a session that is an object': forge({ ...claims, sid: {} }),
    'a session that is an array': forge({ ...claims, sid: [claims.sid] }),
    'claims that are null': forge(null),
    'claims that are an array': forge([claims]),
    'claims that are text': forge('claims'),
    'a head that is no object': `${encoded('x')}.${body}.${signature}`,
    'an ended session': ended,
  }
}

/** What needs a token, without one and with what is none. */
export const tokens = (cast: TestAccounts): Row[] => [
  ...otherHeaders.map((header) =>
    bad(
      `Authorization: ${header}`,
      ask('GET', '/v1/me', { lines: [`Authorization: ${header.replace('TOKEN', cast.ann)}`] }),
      refused,
    ),
  ),
  ...Object.entries(forged(cast)).map(([why, token], at) => {
    const path = ['/v1/me', '/v1/messages', '/v1/events', '/v1/users/online'][at % 4] as string
    return bad(`a token with ${why}`, ask('GET', path, { token }), invalidToken)
  }),
  ...Object.entries(forged(cast))
    .filter(([why]) => /audience|key|algorithm|session's/.test(why))
    .map(([why, token]) =>
      bad(
        `a post with a token with ${why}`,
        post('/v1/messages/broadcast', { text: 'hi' }, { token }),
        invalidToken,
      ),
    ),
  ...['/v1/me', '/v1/messages', '/v1/messages/1', '/v1/users/online', '/v1/events'].map((path) =>
    bad(`no token at ${path}`, ask('GET', path), refused),
  ),
  ...['/v1/me', '/v1/messages', '/v1/messages/1', '/v1/users/online', '/v1/events'].map((path) =>
    bad(
      `the stream's token in the header of ${path}`,
      ask('GET', path, { token: cast.annsEvents }),
      invalidToken,
    ),
  ),
  bad(
    "a post with the stream's token",
    post('/v1/messages/broadcast', { text: 'hi' }, { token: cast.annsEvents }),
    invalidToken,
  ),
  ...['/v1/logout', '/v1/events/token'].flatMap((path) => [
    bad(`no token at ${path}`, ask('POST', path), refused),
    bad(
      `the stream's token at ${path}`,
      ask('POST', path, { token: cast.annsEvents }),
      invalidToken,
    ),
    bad(`a dead token at ${path}`, ask('POST', path, { token: cast.ended }), invalidToken),
  ]),
  bad('no token to post', post('/v1/messages/broadcast', { text: 'hi' }), refused),
  bad('no token to post to one', post('/v1/messages/direct', { to: 'bob', text: 'hi' }), refused),
]

/** Good tokens where they are not taken. */
export const misplacedTokens = ({ ann, annsEvents, ended, claims }: TestAccounts): Row[] => [
  ...['/v1/me', '/v1/messages', '/v1/users/online'].flatMap((path) => [
    bad(`a token in the query of ${path}`, ask('GET', `${path}?token=${ann}`), {
      code: 'unauthorized',
      challenge: /^Bearer/,
    }),
    bad(`the stream's token in the query of ${path}`, ask('GET', `${path}?token=${annsEvents}`), {
      code: 'unauthorized',
      challenge: /^Bearer/,
    }),
  ]),
  bad('a token as a cookie', ask('GET', '/v1/me', { lines: [`Cookie: token=${ann}`] }), refused),
  bad(
    'a token in a header of its own',
    ask('GET', '/v1/me', { lines: [`X-Token: ${ann}`] }),
    refused,
  ),
  bad(
    "a proxy's token",
    ask('GET', '/v1/me', { lines: [`Proxy-Authorization: Bearer ${ann}`] }),
    refused,
  ),
  bad('a token in the body', post('/v1/messages/broadcast', { text: 'hi', token: ann }), refused),
  bad(
    'a bad token before a good one',
    ask('GET', '/v1/me', { lines: ['Authorization: Bearer x', `Authorization: Bearer ${ann}`] }),
    invalidToken,
  ),
  bad(
    "a session's token in the stream's query",
    ask('GET', `/v1/events?token=${ann}`),
    invalidToken,
  ),
  bad(
    "an ended session's token in the query",
    ask('GET', `/v1/events?token=${ended}`),
    invalidToken,
  ),
  bad('an empty token in the query', ask('GET', '/v1/events?token='), invalidToken),
  bad('a word in the query', ask('GET', '/v1/events?token=x'), invalidToken),
  bad(
    'a forged token of the stream',
    ask('GET', `/v1/events?token=${forge({ ...claims, aud: 'obrol:events' }, {}, 'x'.repeat(32))}`),
    invalidToken,
  ),
  bad(
    'a token of both audiences for another account',
    ask('GET', '/v1/me', {
      token: forge({ ...claims, sub: '2', aud: ['obrol:events', 'obrol:session'] }),
    }),
    invalidToken,
  ),
  bad(
    'tokens in the query and in the header',
    ask('GET', `/v1/events?token=${annsEvents}`, { token: ann }),
    inParameter('token', /must not be given together/),
  ),
  bad(
    'a token in the query beside one in the header',
    ask('GET', `/v1/me?token=${ann}`, { token: ann }),
    inParameter('token', /takes no parameters/),
  ),
]

/** Who one is not. */
export const logins = (): Row[] => {
  const login = (username: string, password: string) => post('/v1/login', { username, password })
  return [
    bad('a login of nobody', login('nobody', 'long-enough'), { code: 'unknown-user' }),
    bad('a login without a name', login('', 'long-enough'), { code: 'unknown-user' }),
    bad('a login of a name of 10,000', login('x'.repeat(10_000), 'x'), { code: 'unknown-user' }),
    bad('a login of a reserved name', login('admin', 'admin'), { code: 'unknown-user' }),
    bad('a login with a control character', login('ann\u0001', 'ann-password'), {
      code: 'unknown-user',
    }),
    bad('a login with another password', login('ann', 'bob-password'), { code: 'wrong-password' }),
    bad('a login without a password', login('ann', ''), { code: 'wrong-password' }),
    bad('a login with a space behind', login('ann', 'ann-password '), { code: 'wrong-password' }),
    bad('a login in capitals', login('ann', 'ANN-PASSWORD'), { code: 'wrong-password' }),
    bad('a login with 10,000 characters', login('ann', 'x'.repeat(10_000)), {
      code: 'wrong-password',
    }),
  ]
}
