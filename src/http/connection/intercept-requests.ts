import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/**
 * Calls `intercept` for each request in place of the server's request handlers, which `handle` calls.
 *
 * @param server must have its request handlers already
 */
export function interceptRequests(
  server: Server,
  intercept: (request: IncomingMessage, response: ServerResponse, handle: () => void) => void,
): void {
  const handlers = server.listeners('request')
  server.removeAllListeners('request')
  server.on('request', (request, response) => {
    intercept(request, response, () => {
      for (const handler of handlers) handler.call(server, request, response)
    })
  })
}
