// Not imported: that would also load the WebSocket of `node:http`, and with it 2 MiB.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

type Headers = Readonly<Record<string, unknown>>

/**
 * The head of an answer that is written without Node's response (RFC 9112, section 4).
 *
 * @param headers by lower-case name, in ASCII
 * @param lines more of them, from `headerLines`
 */
export function responseHead(status: number, headers: Headers, lines = ''): string {
  const date = new Date().toUTCString()
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headerLines(headers)}${lines}date: ${date}\r\nconnection: close\r\n\r\n`
}

/** @param headers by lower-case name, in ASCII */
export function headerLines(headers: Headers): string {
  let lines = ''
  for (const name in headers) lines += `${name}: ${headers[name]}\r\n`
  return lines
}
