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
  head += `date: ${new Date().toUTCString()}\r\nconnection: close\r\n`
  if (framed) head += 'transfer-encoding: chunked\r\n'
  return `${head}\r\n`
}
