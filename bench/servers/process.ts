import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { serverCore } from './server.ts'

/** Starts a command on the server's core, with a channel for messages. */
export function startPinned(
  command: readonly string[],
  {
    env = {},
    stdout = 'ignore',
    cwd = process.cwd(),
  }: { env?: NodeJS.ProcessEnv; stdout?: number | 'ignore'; cwd?: string } = {},
): ChildProcess {
  const child = spawn('taskset', ['-c', String(serverCore), ...command], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
  })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  return child
}

/** Ends a process, by force if it does not end by itself. */
export async function stopProcess(child: ChildProcess, graceMs = 3000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
  await ended
  clearTimeout(force)
}
