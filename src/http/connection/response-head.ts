import { STATUS_CODES } from 'node:http'

/**
 * The head of an answer that is written without Node's response (RFC 9112, section 4).
 *
 * @param headers by lower-case name, in ASCII
 */
export function responseHead(status: number, headers: Readonly<Record<string, unknown>>): string {
  const all = { ...headers, date: new Date().toUTCString(), connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`
}
