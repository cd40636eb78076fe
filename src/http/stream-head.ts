import type { FastifyReply } from 'fastify'

/**
 * The head of an answer that goes on for as long as its connection (RFC 9112): chunked, or for
 * HTTP/1.0 as it comes. To have Node write it costs three times as much, for it looks into each
 * header; these are the server's own, all in ASCII.
 */
export function streamHead(
  headers: ReturnType<FastifyReply['getHeaders']>,
  framed: boolean,
): string {
  let head = 'HTTP/1.1 200 OK\r\n'
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`
  head += `date: ${httpDate()}\r\nconnection: close\r\n`
  if (framed) head += 'transfer-encoding: chunked\r\n'
  return `${head}\r\n`
}

let toldDate = { second: 0, text: '' }

/** The date in the form that heads have it (RFC 9110, section 5.6.7), written once a second. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000)
  if (second !== toldDate.second) toldDate = { second, text: new Date(second * 1000).toUTCString() }
  return toldDate.text
}
