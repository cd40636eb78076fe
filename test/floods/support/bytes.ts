/** The bytes of a request, with a JSON body where there is one. */
export function asking(
  method: string,
  path: string,
  { body, token, lines = [] }: { body?: string | undefined; token?: string; lines?: string[] } = {},
): string {
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
    ...lines,
  ]
  return `${head.join('\r\n')}\r\n\r\n${body ?? ''}`
}

/** One of so many loopback addresses, each of which counts as another client. */
export function address(number: number, of: number): string {
  const at = number % of
  return `127.0.${1 + Math.floor(at / 250)}.${1 + (at % 250)}`
}
