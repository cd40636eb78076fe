import { fileURLToPath } from 'node:url'
import type { IPty } from '@lydell/node-pty'
import type { Test } from 'tap'
import { AwaitableText } from './awaitable-text.ts'
import { TerminalEmulator } from './terminal-emulator.ts'

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

/** The library of pseudo-terminals, where its binary runs; else the reason why not. */
export async function loadPty(): Promise<typeof import('@lydell/node-pty') | string> {
  return import('@lydell/node-pty').catch((error) => String(error))
}

/** How a chat at a terminal ended. */
export interface PtyExit {
  exitCode: number
  signal?: number | undefined
}

/** A person at a real terminal: types, and reads what is on the screen. */
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
    const glass = new TerminalEmulator(columns)
    super(() => glass.text)
    this.terminal = glass
    const { FORCE_COLOR, ...inherited } = process.env
    this.#pty = spawn(process.execPath, [main, 'chat', url], {
      name: 'xterm-256color',
      cols: columns,
      rows: this.terminal.rows,
      // Cached code would count less precisely for coverage.
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
