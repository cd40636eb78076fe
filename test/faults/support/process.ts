import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { compiledMain } from '../../support/compiled.ts'
import { startingNode } from '../../support/starting-node.ts'
import { within } from './deadline.ts'

/** The sources of the command line: coverage counts these. */
const sources = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

export interface ProcessOptions {
  /** The data folder. */
  folder: string
  /** What Node is to run; default: `serve` of the command line. */
  args?: readonly string[]
  env?: Record<string, string>
  /** A program that runs Node, with its arguments. */
  inside?: readonly string[]
  /** Whether the process counts for coverage, which makes it slower. */
  counted?: boolean
}

/** How a process ended. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  /** How long it lived, in ms. */
  ms: number
  stdout: string
  stderr: string
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Limits off, so that a load is a load, and heartbeats that tell of the head soon. */
export const bareSettings = {
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'info',
  HEARTBEAT_MS: '500',
  MESSAGES_PER_MINUTE: '0',
  READS_PER_MINUTE: '0',
  STREAM_OPENS_PER_MINUTE: '0',
  ROOMS_CREATED_PER_DAY: '0',
  ADDS_PER_HOUR: '0',
  REGISTRATIONS_PER_HOUR: '0',
  REQUESTS_PER_MINUTE: '0',
  CONNECTIONS_PER_ADDRESS: '0',
}

/** A server that was started. */
export type Running = Pick<
  CommandProcess,
  'pid' | 'exited' | 'stdout' | 'listening' | 'signal' | 'end'
>

/** A command of the product as a process of its own, compiled unless it counts for coverage. */
export class CommandProcess {
  readonly pid: number
  readonly exited: Promise<Ending>
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''

  constructor({ folder, args, env, inside, counted }: ProcessOptions) {
    const startedAt = performance.now()
    const main = counted ? sources : compiledMain
    const node = startingNode(args ?? [main, 'serve'], { counted, inside })
    const child = spawn(node.program, node.args, {
      env: { ...node.env, DATA_DIR: folder, ...bareSettings, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.#child = child
    this.pid = child.pid as number
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        running.delete(child)
        const ms = Math.round(performance.now() - startedAt)
        resolve({ code, signal, ms, stdout: this.#stdout, stderr: this.#stderr })
      })
    })
  }

  /** What it has written so far: its log. */
  get stdout(): string {
    return this.#stdout
  }

  /** Resolves with the address once the server listens. */
  async listening(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>()
    const look = () => {
      const [, url] = /Server listening at (http:[^"]+)"/.exec(this.#stdout) ?? []
      if (url) resolve(url)
    }
    this.#child.stdout?.on('data', look)
    look()
    const ended = this.exited.then(({ stderr }) => {
      throw new Error(`the server did not start: ${stderr}`)
    })
    try {
      return await within(30_000, 'the server to listen', Promise.race([promise, ended]))
    } finally {
      ended.catch(() => {})
      this.#child.stdout?.off('data', look)
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Sends a signal and resolves once the process has ended. */
  async end(signal: NodeJS.Signals): Promise<Ending> {
    this.signal(signal)
    return within(20_000, `the process to end on ${signal}`, this.exited)
  }
}

/** Runs a command of the product to its end. */
export function runCommand(folder: string, args: readonly string[]): Promise<Ending> {
  const command = new CommandProcess({ folder, args: [compiledMain, ...args] })
  return within(30_000, `the command ${args.join(' ')}`, command.exited)
}
