import { once } from 'node:events'
import { lstatSync, rmSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import type { Settings } from './settings.ts'
import { lockDataDirectory } from './store/sqlite/data-directory.ts'
import { assertPrivate } from './store/sqlite/private-files.ts'
import { StartError, toStartError } from './store/start-error.ts'

/** In bytes. Linux takes 107, macOS 103. */
const maxPathBytes = 100

/** An open socket of the console. */
export interface ConsoleSocket {
  path: string
  /** Takes no more connections, removes the socket, and waits for the open ones. */
  close(): Promise<void>
}

type SocketSettings = Pick<Settings, 'adminSocket' | 'dataDir' | 'databaseUrl'>

/** Undefined where the console is off: by ADMIN_SOCKET, and on Windows, whose sockets have no modes. */
export function consolePath(
  { adminSocket, dataDir }: Pick<Settings, 'adminSocket' | 'dataDir'>,
  platform = process.platform,
): string | undefined {
  if (adminSocket === 'off' || platform === 'win32') return undefined
  return adminSocket ?? join(dataDir, 'admin.sock')
}

/**
 * Has a server listen on the console's socket, under the lock of its folder. A store on SQLite has that of
 * the data folder already.
 *
 * @throws {StartError}
 */
export async function listenOnConsoleSocket(
  server: Server,
  path: string,
  { dataDir, databaseUrl }: Omit<SocketSettings, 'adminSocket'>,
): Promise<ConsoleSocket> {
  const length = Buffer.byteLength(path)
  if (length > maxPathBytes)
    throw new StartError(
      `The path of the console's socket has ${length} bytes, and ${maxPathBytes} fit: set ADMIN_SOCKET to a shorter one, or to off`,
    )
  const folder = dirname(path)
  const isLocked = databaseUrl === undefined && resolve(folder) === resolve(dataDir)
  const lock = isLocked ? undefined : lockDataDirectory(folder)
  try {
    assertPrivate(folder)
    await removeStale(path)
    await bind(server, path)
  } catch (error) {
    lock?.release()
    throw toStartError(error, `The console cannot listen on ${path}`)
  }
  return {
    path,
    async close() {
      const closed = once(server, 'close')
      // Node removes the socket with this.
      server.close()
      await closed
      lock?.release()
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
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
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
