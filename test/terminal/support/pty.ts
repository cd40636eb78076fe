import { fileURLToPath } from 'node:url'
import type { IPty } from '@lydell/node-pty'
import type { Test } from 'tap'
import { Glass } from './glass.ts'
import { Sight } from './sight.ts'

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

/** The library of pseudo-terminals, where its binary runs; else the reason why not. */
export async function loadPty(): Promise<typeof import('@lydell/node-pty') | string> {
  return import('@lydell/node-pty').catch((error) => String(error))
}

/** How a chat at a terminal ended. */
export interface Ending {
  exitCode: number
  signal?: number | undefined
}

/** A person at a real terminal: types, and reads what is on the screen. */
export class Seat extends Sight {
  readonly glass: Glass
  readonly ended: Promise<Ending>
  readonly #pty: IPty

  constructor(
    t: Test,
    { spawn }: typeof import('@lydell/node-pty'),
    url: string,
    { columns = 80, env = {} }: { columns?: number; env?: NodeJS.ProcessEnv } = {},
  ) {
    const glass = new Glass(columns)
    super(() => glass.text)
    this.glass = glass
    const { FORCE_COLOR, ...inherited } = process.env
    this.#pty = spawn(process.execPath, [main, 'chat', url], {
      name: 'xterm-256color',
      cols: columns,
      rows: this.glass.rows,
      // Cached code would count less precisely for coverage.
      env: { ...inherited, NO_COLOR: '1', NODE_DISABLE_COMPILE_CACHE: '1', ...env },
    })
    this.#pty.onData((text) => {
      this.glass.write(text)
      this.look()
    })
    const { promise, resolve } = Promise.withResolvers<Ending>()
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
    this.glass.columns = columns
    this.#pty.resize(columns, this.glass.rows)
  }
}
