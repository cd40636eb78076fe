import { fileURLToPath } from 'node:url'
import type { IPty } from '@lydell/node-pty'
import type { Test } from 'tap'
import { AwaitableText } from './awaitable-text.ts'
import { TerminalEmulator } from './terminal-emulator.ts'

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

/** The library of pseudo-terminals, or the reason why it does not run here. */
export async function loadPty(): Promise<typeof import('@lydell/node-pty') | string> {
  return import('@lydell/node-pty').catch((error) => String(error))
}

export interface PtyExit {
  exitCode: number
  signal?: number | undefined
}

/** A chat at a real pseudo-terminal. */
export class PtyChat extends AwaitableText {
  readonly terminal: TerminalEmulator
  readonly ended: Promise<PtyExit>
  readonly #pty: IPty

  constructor(
    t: Test,
    { spawn }: typeof import('@lydell/node-pty'),
    url: string,
    { columns = 80, env = {} }: { columns?: number; env?: NodeJS.ProcessEnv } = {},
  ) {
    const terminal = new TerminalEmulator(columns)
    super(() => terminal.text)
    this.terminal = terminal
    const { FORCE_COLOR, ...inherited } = process.env
    this.#pty = spawn(process.execPath, [main, 'chat', url], {
      name: 'xterm-256color',
      cols: columns,
      rows: this.terminal.rows,
      // Coverage of cached code is less precise.
      env: { ...inherited, NO_COLOR: '1', NODE_DISABLE_COMPILE_CACHE: '1', ...env },
    })
    this.#pty.onData((text) => {
      this.terminal.write(text)
      this.changed()
    })
    const { promise, resolve } = Promise.withResolvers<PtyExit>()
    this.ended = promise
    let isRunning = true
    this.#pty.onExit((ending) => {
      isRunning = false
      resolve(ending)
    })
    t.teardown(() => isRunning && this.#pty.kill('SIGKILL'))
  }

  type(keys: string): void {
    this.#pty.write(keys)
  }

  signal(signal: NodeJS.Signals): void {
    this.#pty.kill(signal)
  }

  resize(columns: number): void {
    this.terminal.columns = columns
    this.#pty.resize(columns, this.terminal.rows)
  }
}
