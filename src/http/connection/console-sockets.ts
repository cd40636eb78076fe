import type { Socket } from 'node:net'

const consoleSockets = new WeakSet<Socket>()

/** Marks a connection as one of the console. */
export function markAsConsole(socket: Socket): void {
  consoleSockets.add(socket)
}

/** Whether a request came by the console, so that it needs no token. */
export function isConsole({ socket }: { socket: Socket }): boolean {
  return consoleSockets.has(socket)
}
