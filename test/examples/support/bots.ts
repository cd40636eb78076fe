import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isInstalled } from '../../support/is-installed.ts'

/** What a bot may take to do what is waited for, in ms; a Go program is compiled meanwhile. */
const deadlineMs = 30_000

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url))

const inNode = [process.execPath, '--import', './typescript/in-repository.ts']

/** The bots of `examples/` that answer `!time`, by what runs them. */
const timeBots: Record<string, string[]> = {
  bash: ['bash', 'bash/time-bot.sh'],
  python3: ['python3', 'python/time_bot.py'],
  node: [...inNode, 'typescript/time-bot.ts'],
  go: ['go', 'run', 'go/time-bot.go'],
}

/** Those that keep a tally. */
export const tallyBots: Record<string, string[]> = {
  bash: ['bash', 'bash/tally-bot.sh'],
  node: [...inNode, 'typescript/tally-bot.ts'],
}

/** The names of those bots whose language is here, and of those whose is not. */
export function botsHere(): { here: string[]; missing: string[] } {
  const names = Object.keys(timeBots)
  const here = names.filter((name) => isInstalled(name, name === 'go' ? 'version' : '--version'))
  return { here, missing: names.filter((name) => !here.includes(name)) }
}

export interface BotOptions {
  password?: string
  bots?: Record<string, string[]>
  env?: NodeJS.ProcessEnv
}

/** A bot of one of the examples; its username is that of its language, with `-bot`. */
export class Bot {
  readonly username: string
  #program: ChildProcess | undefined
  readonly #command: string[]
  readonly #env: NodeJS.ProcessEnv
  /** What it has said on its standard error. */
  told = ''

  constructor(
    language: string,
    url: string,
    folder: string,
    { password = `${language}-password`, bots = timeBots, env = {} }: BotOptions = {},
  ) {
    this.username = `${language}-bot`
    this.#command = bots[language] as string[]
    this.#env = {
      ...process.env,
      OBROL_URL: url,
      BOT_NAME: this.username,
      BOT_PASSWORD: password,
      BOT_STATE: join(folder, this.username),
      ...env,
    }
  }

  start(): void {
    const [program = '', ...rest] = this.#command
    // In a group of its own: what it starts, such as curl, ends with it when it is killed.
    const child = spawn(program, rest, {
      cwd: examples,
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.told += text
    })
    this.#program = child
  }

  /** Resolves once it has said that it listens so many times in all. */
  async listening(times = 1): Promise<void> {
    const until = Date.now() + deadlineMs
    while (this.told.split('is listening').length <= times) {
      if (Date.now() > until) throw new Error(`${this.username} does not listen: ${this.told}`)
      await delay(10)
    }
  }

  /** Resolves with its exit status. */
  async ended(): Promise<number | null> {
    const program = this.#program as ChildProcess
    const late = AbortSignal.timeout(deadlineMs)
    if (program.exitCode === null && program.signalCode === null)
      await once(program, 'exit', { signal: late })
    return program.exitCode
  }

  kill(): void {
    const pid = this.#program?.pid
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // The whole group has ended by itself.
    }
  }
}
