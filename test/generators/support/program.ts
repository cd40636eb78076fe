import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { openRoom, type Room, temporaryFolder } from '../../support/room.ts'

export interface RunOptions {
  folder: string
  env?: Record<string, string>
  /** When the program is ended, in ms: 120,000 unless it compiles much. */
  timeout?: number
}

/** A server that keeps its port when it is started anew. */
export async function openSteadyRoom(t: Test): Promise<Room> {
  const settings = { port: 0 }
  const room = await openRoom(t, { settings })
  settings.port = Number(new URL(room.url).port)
  return room
}

/** Writes the document of a running server to a file, for generators. */
export async function documentOf(t: Test, room: Room): Promise<string> {
  const file = join(await temporaryFolder(t), 'openapi.json')
  await writeFile(file, await (await fetch(`${room.url}/openapi.json`)).text())
  return file
}

/**
 * Runs a program to its end, and gives the lines it writes. What fails is told with all it wrote.
 *
 * @param answer what is done at a line; the program then gets an empty line to read
 */
export async function run(
  [program, ...args]: readonly string[],
  { folder, env = {}, timeout = 120_000 }: RunOptions,
  answer: (line: string) => Promise<void> | undefined = () => undefined,
): Promise<string[]> {
  // Without what the test runner would put into every Node process.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', program as string, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    timeout,
    killSignal: 'SIGKILL',
  })
  const written: string[] = []
  const lines: string[] = []
  child.stderr.on('data', (chunk) => written.push(String(chunk)))
  const ended = once(child, 'close')
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    const answered = answer(line)
    if (answered === undefined) continue
    await answered
    child.stdin.write('\n')
  }
  const [status, signal] = await ended
  if (status === 0) return lines
  const all = [...lines.slice(-40), ...written.slice(-40)].join('\n')
  throw new Error(`${program} ${args.join(' ')} ended with ${status ?? signal}\n${all}`)
}

/** Runs a program that talks to the server, which is started anew when the program says so. */
export function talk(command: readonly string[], folder: string, room: Room): Promise<string[]> {
  return run(command, { folder, env: { OBROL_URL: room.url } }, (line) =>
    line === 'restart' ? room.restart() : undefined,
  )
}
