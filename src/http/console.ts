import type { RequestListener, Server } from 'node:http'
import { markAsConsole } from './connection/console-sockets.ts'
import { maxHeaderSize, type Timeouts } from './server-options.ts'

// Not imported, which would load all that the module exports, 2 MB (docs/design/memory.md).
const { createServer } = process.getBuiltinModule('node:http')

/** The machine's owner at one terminal or in a few scripts. */
const maxConnections = 32

/**
 * The server of the console, which listens on a Unix socket alone: who may open that, runs the machine. It
 * is a listener of its own, so that no address, header or proxy can make a request look like the console's.
 *
 * @param handle of the app
 */
export function consoleServer(handle: RequestListener, timeouts: Timeouts): Server {
  const server = createServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkMs,
      maxHeaderSize,
      requireHostHeader: false,
    },
    handle,
  )
  server.maxConnections = maxConnections
  server.on('connection', markAsConsole)
  return server
}
