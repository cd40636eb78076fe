import { type ProblemCode, problems } from '../../../src/chat/problems.ts'

/** What a bad request must be answered with. */
export interface Expected {
  code: ProblemCode
  /** For `invalid-request`: the field or parameter that `errors` must name. */
  at?: { pointer: string } | { parameter: string }
  /** What its detail must tell. */
  says?: RegExp
  /** `Allow` of a 405. */
  allow?: string
  /** The whole `WWW-Authenticate` of a 401; the bare scheme unless a token was sent. */
  challenge?: RegExp
  /** `not-found` for an unknown path lists what can be called. */
  operations?: true
}

/** One bad request and the answer it must get. */
export interface Row extends Expected {
  /** What is wrong with it. */
  name: string
  bytes: Buffer
}

export interface Sent {
  /** Of `post`, else POST. */
  method?: string
  /** Goes as `Authorization: Bearer`. */
  token?: string | undefined
  type?: string | undefined
  /** Lines of the head, as they are sent (in Latin-1). */
  lines?: string[]
}

export const bad = (name: string, bytes: Buffer | string, expected: Expected): Row => ({
  name: readable(name),
  bytes: Buffer.from(bytes as string, 'latin1'),
  ...expected,
})

/** In ASCII: what a row sends may be what no report of a test can show. */
function readable(name: string): string {
  return name.replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export const statusOf = ({ code }: Expected): number => problems[code].status

/** A request without a body; the last on its connection. */
export function ask(method: string, path: string, { token, lines = [] }: Sent = {}): Buffer {
  return head(method, path, [...tokenLine(token), ...lines])
}

/** A request with a body: JSON unless told otherwise, and as it is where it is a string or bytes. */
export function post(
  path: string,
  body: unknown,
  { token, type, method = 'POST', lines = [] }: Sent = {},
): Buffer {
  const bytes =
    body instanceof Uint8Array
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return Buffer.concat([
    head(method, path, [
      `Content-Type: ${type ?? 'application/json'}`,
      `Content-Length: ${bytes.length}`,
      ...tokenLine(token),
      ...lines,
    ]),
    bytes,
  ])
}

function tokenLine(token: string | undefined): string[] {
  return token === undefined ? [] : [`Authorization: Bearer ${token}`]
}

function head(method: string, path: string, lines: string[]): Buffer {
  const all = [`${method} ${path} HTTP/1.1`, 'Host: chat.test', 'Connection: close', ...lines]
  return Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1')
}

/** `invalid-request` that names a field of the body. */
export const inBody = (field: string, says?: RegExp): Expected => ({
  code: 'invalid-request',
  at: { pointer: field === '' ? '' : `/${field}` },
  ...(says && { says }),
})

/** `invalid-request` that names a parameter of the query, the path or the headers. */
export const inParameter = (parameter: string, says?: RegExp): Expected => ({
  code: 'invalid-request',
  at: { parameter },
  ...(says && { says }),
})

export const invalidToken = {
  code: 'unauthorized',
  challenge: /^Bearer error="invalid_token"/,
} as const
