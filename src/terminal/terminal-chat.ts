import type { ReadStream, WriteStream } from 'node:tty'
import type { ObrolClient } from '../client/index.ts'
import { entranceCommands, readEntrance, withoutPassword } from './commands.ts'
import { completeEntrance, completeRoom } from './completion.ts'
import { type Credentials, credentialsOf, enter } from './entrance.ts'
import type { Palette } from './palette.ts'
import { Prompt, type Question } from './prompt.ts'
import { type Status, status } from './refusals.ts'
import { Screen } from './screen.ts'
import { commandsTold, entranceRefused, nameHead } from './tellings.ts'
import { TerminalModes } from './terminal-modes.ts'
import { TerminalView } from './terminal-view.ts'
import type { Visit } from './visit.ts'

/** What a signal's number is added to for the exit status, as shells have it. */
const signalled = 128
const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

export interface Terminal {
  input: ReadStream
  output: WriteStream
  palette: Palette
  env: NodeJS.ProcessEnv
}

/** Chats with the person at a terminal until they leave. Answers the exit status. */
export async function chatOnTerminal(
  client: ObrolClient,
  { input, output, palette, env }: Terminal,
): Promise<Status> {
  const screen = new Screen(output, palette)
  const modes = new TerminalModes(input, output)
  for (const [signal, number] of Object.entries(signals))
    process.once(signal, () => {
      screen.withdraw()
      process.exit(signalled + number)
    })
  output.on('resize', () => screen.resized())
  modes.enter()
  const prompt = new Prompt(input, screen, modes)
  const ended = await new TerminalChat(client, new TerminalView(screen), prompt).run(env)
  prompt.close()
  screen.close()
  modes.leave()
  return ended
}

/** The questions that are asked, and what becomes of the answers. */
class TerminalChat {
  readonly #client: ObrolClient
  readonly #view: TerminalView
  readonly #prompt: Prompt

  constructor(client: ObrolClient, view: TerminalView, prompt: Prompt) {
    this.#client = client
    this.#view = view
    this.#prompt = prompt
  }

  async run(env: NodeJS.ProcessEnv): Promise<Status> {
    const credentials = await this.#credentials(env)
    if (typeof credentials === 'number') return credentials
    const visit = await enter(this.#client, this.#view, credentials, this.#prompt.left)
    if (typeof visit === 'number') return visit
    this.#talk(visit)
    return visit.over
  }

  /** Asks who it is; the environment may have said it already. */
  async #credentials(env: NodeJS.ProcessEnv): Promise<Credentials | Status> {
    const own = credentialsOf(env)
    if (own.name !== undefined) return this.#complete('login', own.name, own.password)
    this.#view.note('Who are you? A new name: regist NAME PASSWORD. Yours: login NAME PASSWORD.')
    this.#view.note('Without PASSWORD you are asked for it, and it is not shown.')
    for (;;) {
      const line = await this.#prompt.ask(entranceQuestion)
      const wish = line === undefined ? ({ kind: 'quit' } as const) : readEntrance(line)
      switch (wish.kind) {
        case 'login':
        case 'register':
          return this.#complete(wish.kind, wish.name, wish.password ?? own.password)
        case 'quit':
          return status.done
        case 'wrong':
          this.#view.refuse(...entranceRefused(wish.why))
          return status.refused
        case 'help':
          this.#view.show(...commandsTold(entranceCommands))
      }
    }
  }

  async #complete(
    kind: Credentials['kind'],
    name: string,
    known: string | undefined,
  ): Promise<Credentials | Status> {
    const password = known ?? (await this.#prompt.ask(passwordQuestion))
    return password === undefined ? status.done : { kind, name, password }
  }

  /** Carries out line after line while the next is being typed. */
  async #talk(visit: Visit): Promise<void> {
    const question: Question = {
      prompt: nameHead(visit.me, 'self'),
      remembered: true,
      complete: (before) => completeRoom(before, visit.listening.people.names),
      trace: (line) => (isWords(line) ? undefined : line),
    }
    let before: Promise<unknown> = Promise.resolve()
    // Not the loop's own variable, of which each turn has a copy.
    let waiting = 0
    for (;;) {
      const line = await this.#prompt.ask(question)
      if (line === undefined) return visit.leave()
      visit.listening.hurry()
      this.#view.waiting = ++waiting
      before = before.then(async () => {
        await visit.talking.obey(line)
        this.#view.waiting = --waiting
      })
    }
  }
}

const entranceQuestion: Question = {
  prompt: [{ text: '(regist NAME or login NAME) your name : ', style: 'plain' }],
  complete: completeEntrance,
  trace: withoutPassword,
}

const passwordQuestion: Question = {
  prompt: [{ text: 'password (not shown) : ', style: 'plain' }],
  hidden: true,
  trace: () => '',
}

/** What one says comes back on one's own stream, and is not to be seen twice. */
function isWords(line: string): boolean {
  return /^\s*(?:sendall|sendto|keepfor)\s/.test(line)
}
