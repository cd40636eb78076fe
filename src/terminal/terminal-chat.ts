import type { ReadStream, WriteStream } from 'node:tty'
import type { ObrolClient } from '../client/index.ts'
import type { ChatSession } from './chat-session.ts'
import { loginCommands, parseLoginLine, withoutPassword } from './commands.ts'
import { completeChat, completeLogin } from './completion.ts'
import { type ExitStatus, exitStatus } from './describe-error.ts'
import { formatCommands, formatLoginError, formatName } from './format.ts'
import { type Credentials, credentialsFromEnv, login } from './login.ts'
import type { Palette } from './palette.ts'
import { Prompt, type Question } from './prompt.ts'
import { Screen } from './screen.ts'
import { TerminalModes } from './terminal-modes.ts'
import { TerminalView } from './terminal-view.ts'

/** What a signal's number is added to for the exit status, as shells have it. */
const signalExitBase = 128
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
): Promise<ExitStatus> {
  const screen = new Screen(output, palette)
  const modes = new TerminalModes(input, output)
  for (const [signal, number] of Object.entries(signals))
    process.once(signal, () => {
      screen.suspend()
      process.exit(signalExitBase + number)
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

  async run(env: NodeJS.ProcessEnv): Promise<ExitStatus> {
    const credentials = await this.#credentials(env)
    if (typeof credentials === 'number') return credentials
    const session = await login(this.#client, this.#view, credentials, this.#prompt.leaveSignal)
    if (typeof session === 'number') return session
    this.#readCommands(session)
    return session.ended
  }

  /** Asks who it is; the environment may have said it already. */
  async #credentials(env: NodeJS.ProcessEnv): Promise<Credentials | ExitStatus> {
    const fromEnv = credentialsFromEnv(env)
    if (fromEnv.name !== undefined)
      return this.#withPassword('login', fromEnv.name, fromEnv.password)
    this.#view.showNotice(
      'Who are you? A new name: regist NAME PASSWORD. Yours: login NAME PASSWORD.',
    )
    this.#view.showNotice('Without PASSWORD you are asked for it, and it is not shown.')
    for (;;) {
      const line = await this.#prompt.ask(loginQuestion)
      const parsed = line === undefined ? ({ kind: 'quit' } as const) : parseLoginLine(line)
      switch (parsed.kind) {
        case 'login':
        case 'register':
          return this.#withPassword(parsed.kind, parsed.name, parsed.password ?? fromEnv.password)
        case 'quit':
          return exitStatus.done
        case 'wrong':
          this.#view.showError(...formatLoginError(parsed.why))
          return exitStatus.refused
        case 'help':
          this.#view.show(...formatCommands(loginCommands))
      }
    }
  }

  async #withPassword(
    kind: Credentials['kind'],
    name: string,
    known: string | undefined,
  ): Promise<Credentials | ExitStatus> {
    const password = known ?? (await this.#prompt.ask(passwordQuestion))
    return password === undefined ? exitStatus.done : { kind, name, password }
  }

  /** Carries out line after line while the next is being typed. */
  async #readCommands(session: ChatSession): Promise<void> {
    const question: Question = {
      prompt: formatName(session.me, 'self'),
      remembered: true,
      complete: (before) => completeChat(before, session.listener.knownUsers.names),
      echo: (line) => (isMessageCommand(line) ? undefined : line),
    }
    let before: Promise<unknown> = Promise.resolve()
    // Not the loop's own variable, of which each turn has a copy.
    let waiting = 0
    for (;;) {
      const line = await this.#prompt.ask(question)
      if (line === undefined) return session.leave()
      session.listener.reconnectNow()
      this.#view.unansweredLines = ++waiting
      before = before.then(async () => {
        await session.commands.run(line)
        this.#view.unansweredLines = --waiting
      })
    }
  }
}

const loginQuestion: Question = {
  prompt: [{ text: '(regist NAME or login NAME) your name : ', style: 'plain' }],
  complete: completeLogin,
  echo: withoutPassword,
}

const passwordQuestion: Question = {
  prompt: [{ text: 'password (not shown) : ', style: 'plain' }],
  hidden: true,
  echo: () => '',
}

/** What one says comes back on one's own stream, and is not to be seen twice. */
function isMessageCommand(line: string): boolean {
  return /^\s*(?:sendall|sendto|keepfor)\s/.test(line)
}
