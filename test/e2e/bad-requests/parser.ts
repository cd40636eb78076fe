import { bad, type Expected, inParameter, type Row } from './row.ts'

const malformed: Expected = { code: 'malformed-request' }
const host = 'Host: chat.test\r\n'

/** Request lines and bytes that are no request at all. */
const beginnings: [why: string, bytes: string][] = [
  ['words', 'nonsense\r\n\r\n'],
  ['NULs', '\0\0\0\0\r\n\r\n'],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['an SSH banner', 'SSH-2.0-client\r\n'],
  ['SOCKS', '\x05\x01\x00'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a line of SMTP', 'EHLO chat.test\r\n'],
  ['a method alone', 'GET\r\n\r\n'],
  ['HTTP/0.9', 'GET /healthz\r\n\r\n'],
  ['a lower-case method', `get /healthz HTTP/1.1\r\n${host}\r\n`],
  ['a method in mixed case', `Get /healthz HTTP/1.1\r\n${host}\r\n`],
  ['an unknown method', `FROBNICATE /healthz HTTP/1.1\r\n${host}\r\n`],
  ['a method with more', `GETS /healthz HTTP/1.1\r\n${host}\r\n`],
  ['a space first', ` GET /healthz HTTP/1.1\r\n${host}\r\n`],
  ['a tab for a space', `GET\t/healthz HTTP/1.1\r\n${host}\r\n`],
  ['no version', `GET /healthz \r\n${host}\r\n`],
  ['version 9.9', `GET /healthz HTTP/9.9\r\n${host}\r\n`],
  ['version 2.0', `GET /healthz HTTP/2.0\r\n${host}\r\n`],
  ['version 1', `GET /healthz HTTP/1\r\n${host}\r\n`],
  ['version 1.10', `GET /healthz HTTP/1.10\r\n${host}\r\n`],
  ['version 11', `GET /healthz HTTP/11\r\n${host}\r\n`],
  ['a version in small letters', `GET /healthz http/1.1\r\n${host}\r\n`],
  ['another protocol', `GET /healthz HTTQ/1.1\r\n${host}\r\n`],
  ['a space in the address', `GET /health z HTTP/1.1\r\n${host}\r\n`],
  ['a NUL in the address', `GET /health\0z HTTP/1.1\r\n${host}\r\n`],
  ['an address without a slash', `GET healthz HTTP/1.1\r\n${host}\r\n`],
  ['a carriage return in the address', `GET /health\rz HTTP/1.1\r\n${host}\r\n`],
]

/** What stands in the way of reading one header as everyone else reads it. */
const headers: [why: string, lines: string][] = [
  ['no Host', ''],
  ['two Hosts', `${host}Host: other.test\r\n`],
  ['the same Host twice', `${host}${host}`],
  ['a header without a colon', `${host}broken\r\n`],
  ['a header without a name', `${host}: x\r\n`],
  ['a space before the colon', `${host}X : y\r\n`],
  ['a space in a name', `${host}X Y: z\r\n`],
  ['a NUL in a name', `${host}X\0Y: z\r\n`],
  ['a NUL in a value', `${host}X: y\0z\r\n`],
  ['a control character in a value', `${host}X: y\x01z\r\n`],
  ['a folded line', `${host}X: y\r\n z\r\n`],
  ['a folded first line', ` ${host}`],
  ['a carriage return alone', `${host}X: y\rZ: z\r\n`],
  ['a name in brackets', `${host}X(y): z\r\n`],
  ['a name with another alphabet', `${host}\xe9: z\r\n`],
]

/** Lengths of which two readers would make two bodies: requests are smuggled with these. */
const lengths: [why: string, lines: string, body?: string][] = [
  ['no number', 'Content-Length: x\r\n'],
  ['a sign', 'Content-Length: +5\r\n', 'hello'],
  ['less than nothing', 'Content-Length: -5\r\n', 'hello'],
  ['a fraction', 'Content-Length: 5.0\r\n', 'hello'],
  ['hexadecimal', 'Content-Length: 0x5\r\n', 'hello'],
  ['nothing', 'Content-Length:\r\n'],
  ['a list', 'Content-Length: 5, 5\r\n', 'hello'],
  ['a space inside', 'Content-Length: 5 5\r\n', 'hello'],
  ['more than can be counted', 'Content-Length: 99999999999999999999999\r\n'],
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n', 'hello'],
  ['one length twice', 'Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'],
  ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
  ['chunks and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'],
  ['an encoding that is not the last', 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
  ['an unknown encoding', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
  ['another encoding', 'Transfer-Encoding: gzip\r\n', '0\r\n\r\n'],
  ['an encoding that is none', 'Transfer-Encoding: identity\r\n', '0\r\n\r\n'],
  ['a space before the colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
  ['a folded encoding', 'Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'],
  ['a vertical tab', 'Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'],
  ['a quoted encoding', 'Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'],
]

const chunks: [why: string, body: string][] = [
  ['no number', 'zz\r\nhello\r\n0\r\n\r\n'],
  ['less than nothing', '-5\r\nhello\r\n0\r\n\r\n'],
  ['a prefix', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['more than can be counted', 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ['nothing', '\r\nhello\r\n0\r\n\r\n'],
  ['too small a size', '3\r\nhello\r\n0\r\n\r\n'],
  ['no end of line', '5\r\nhello0\r\n\r\n'],
  ['a line feed for an end of line', '5\nhello\r\n0\r\n\r\n'],
  ['a NUL in an extension', '5;\0\r\nhello\r\n0\r\n\r\n'],
  ['a broken trailer', '0\r\nbroken\r\n\r\n'],
]

/** What the parser refuses, before there is any request to judge. */
export const parser = (): Row[] => [
  ...beginnings.map(([why, bytes]) =>
    bad(`a connection that begins with ${why}`, bytes, malformed),
  ),
  ...headers.map(([why, lines]) =>
    bad(
      `headers with ${why}`,
      `GET /healthz HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`,
      malformed,
    ),
  ),
  ...lengths.map(([why, lines, body = '']) =>
    bad(`a length with ${why}`, `${head}${lines}Connection: close\r\n\r\n${body}`, malformed),
  ),
  ...chunks.map(([why, body]) =>
    bad(
      `a chunk with ${why}`,
      `${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body}`,
      malformed,
    ),
  ),
  bad(
    'chunks in HTTP/1.0',
    `POST /v1/login HTTP/1.0\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    malformed,
  ),
  ...[17_000, 100_000, 1_000_000].flatMap((size) => [
    bad(`a header of ${size}`, `GET /healthz HTTP/1.1\r\n${host}X: ${'x'.repeat(size)}\r\n\r\n`, {
      code: 'headers-too-large',
    }),
    bad(`an address of ${size}`, `GET /${'x'.repeat(size)} HTTP/1.1\r\n${host}\r\n`, {
      code: 'headers-too-large',
    }),
    bad(
      `a header name of ${size}`,
      `GET /healthz HTTP/1.1\r\n${host}${'x'.repeat(size)}: y\r\n\r\n`,
      {
        code: 'headers-too-large',
      },
    ),
  ]),
  bad('5,000 headers', `GET /healthz HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(5000)}\r\n`, {
    code: 'headers-too-large',
  }),
  bad(
    'a chunk extension of 20,000',
    `${head}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`,
    { code: 'payload-too-large' },
  ),
  bad('a tunnel', `CONNECT chat.test:443 HTTP/1.1\r\n${host}\r\n`, {
    code: 'method-not-allowed',
    allow: 'GET, HEAD, POST',
  }),
  bad(
    'an expectation',
    `GET /healthz HTTP/1.1\r\n${host}Expect: more\r\nConnection: close\r\n\r\n`,
    inParameter('Expect', /must be 100-continue/),
  ),
  bad(
    'a whole address of another place',
    `GET http://other.test/nope HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    {
      code: 'not-found',
      operations: true,
    },
  ),
  bad('RTSP', 'OPTIONS rtsp://chat.test/ RTSP/1.0\r\nCSeq: 1\r\n\r\n', {
    code: 'not-found',
    operations: true,
  }),
  bad('all options', `OPTIONS * HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, {
    code: 'not-found',
    operations: true,
  }),
]

const head = `POST /v1/login HTTP/1.1\r\n${host}Content-Type: application/json\r\n`
