import { once } from 'node:events'
import { lstatSync, rmSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import type { Settings } from './settings.ts'
import { StartError, toStartError } from './store/start-error.ts'

/** In bytes. Linux takes 107, macOS 103. */
const maxPathBytes = 100

/** An open socket of the console. */
export interface ConsoleSocket {
  path: string
  /** Takes no more connections, removes the socket, and waits for the open ones. */
  close(): Promise<void>
}

/** Undefined where the console is off: by ADMIN_SOCKET, and on Windows, whose sockets have no modes. */
export function consolePath(
  { adminSocket, dataDir }: Pick<Settings, 'adminSocket' | 'dataDir'>,
  platform = process.platform,
): string | undefined {
  if (adminSocket === 'off' || platform === 'win32') return undefined
  return adminSocket ?? join(dataDir, 'admin.sock')
}

/**
 * Has a server listen on the console's socket, under the lock of its folder.
 *
 * @param lock takes the lock of a folder, for its owner alone; undefined where this process has it
 * @throws {StartError}
 */
export async function listenOnConsoleSocket(
  server: Server,
  path: string,
  lock: (folder: string) => { release(): void } | undefined,
): Promise<ConsoleSocket> {
  const length = Buffer.byteLength(path)
  if (length > maxPathBytes)
    throw new StartError(
      `The path of the console's socket has ${length} bytes, and ${maxPathBytes} fit: set ADMIN_SOCKET to a shorter one, or to off`,
    )
  const held = lock(dirname(path))
  try {
    await removeStale(path)
    await bind(server, path)
  } catch (error) {
    held?.release()
    throw toStartError(error, `The console cannot listen on ${path}`)
  }
  return {
    path,
    async close() {
      const closed = once(server, 'close')
      // Node removes the socket with this.
      server.close()
      await closed
      held?.release()
    },
  }
}

/**
 * Removes what a server that died has left: a socket of our own account at which nobody answers. Under the
 * lock no other server makes one meanwhile.
 */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket() || found.uid !== process.getuid?.())
    throw new StartError(`${path} is not a socket of this account: move it away`)
  if (await isAnswered(path)) throw new StartError(`Another program listens on ${path}`)
  rmSync(path)
}

async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path)
  const connected = once(socket, 'connect')
  const isAnswered = await connected.then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isAnswered
}

/** `listen` makes the socket before it returns, so it has the mode 0600 from the first moment. */
async function bind(server: Server, path: string): Promise<void> {
  const umask = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(umask)
  }
  await once(server, 'listening')
}
