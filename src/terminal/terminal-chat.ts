import type { ReadStream, WriteStream } from 'node:tty'
import type { ObrolClient } from '../client/index.ts'
import type { ChatSession } from './chat-session.ts'
import { withoutPassword } from './commands.ts'
import { completeChat, completeLogin } from './completion.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { formatName } from './format.ts'
import { type Credentials, type LoginInput, login, readCredentials } from './login.ts'
import type { Palette } from './palette.ts'
import { Prompt, type Question } from './prompt.ts'
import { Screen } from './screen.ts'
import { TerminalModes } from './terminal-modes.ts'
import { TerminalView } from './terminal-view.ts'
import type { View } from './view.ts'

/** The exit status of a signal is this plus its number, as in shells. */
const signalExitBase = 128
const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

export interface Terminal {
  input: ReadStream
  output: WriteStream
  palette: Palette
  env: NodeJS.ProcessEnv
}

/** Runs the chat at a terminal until the user leaves. */
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
  const ended = await runChat(client, new TerminalView(screen), prompt, env)
  prompt.close()
  screen.close()
  modes.leave()
  return ended
}

async function runChat(
  client: ObrolClient,
  view: TerminalView,
  prompt: Prompt,
  env: NodeJS.ProcessEnv,
): Promise<ExitStatus> {
  const input: LoginInput = {
    env,
    nextLine: () => prompt.ask(loginQuestion),
    askPassword: async () => (await prompt.ask(passwordQuestion)) ?? exitStatus.done,
    signal: prompt.leaveSignal,
  }
  const credentials = env.OBROL_NAME
    ? ({ kind: 'login', name: env.OBROL_NAME } as const)
    : await askForLogin(view, input)
  if (typeof credentials === 'number') return credentials
  const session = await login(client, view, credentials, input)
  if (typeof session === 'number') return session
  readCommands(view, prompt, session)
  return session.ended
}

function askForLogin(view: View, input: LoginInput): Promise<Credentials | ExitStatus> {
  view.showNotice('Register with regist NAME PASSWORD, or log in with login NAME PASSWORD.')
  view.showNotice('Without PASSWORD you are asked for it, and it is not shown.')
  return readCredentials(view, input)
}

/** Runs one command after the other, while the next line is being typed. */
async function readCommands(
  view: TerminalView,
  prompt: Prompt,
  session: ChatSession,
): Promise<void> {
  const { knownUsers, knownRooms } = session.listener
  session.commands.rooms.learn()
  const question: Question = {
    prompt: formatName(session.me, 'self'),
    remembered: true,
    complete: (before) => completeChat(before, { users: knownUsers.names, rooms: knownRooms }),
    echo: (line) => (isMessageCommand(line) ? undefined : line),
  }
  let before: Promise<unknown> = Promise.resolve()
  // Outside of the loop, because each iteration would have its own copy.
  let waiting = 0
  for (;;) {
    const line = await prompt.ask(question)
    if (line === undefined) return session.leave()
    session.listener.reconnectNow()
    view.unansweredLines = ++waiting
    before = before.then(async () => {
      await session.commands.run(line)
      view.unansweredLines = --waiting
    })
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

/** The user's messages come back on the stream, so their commands are not shown too. */
function isMessageCommand(line: string): boolean {
  return /^\s*(?:sendall|sendto|sendroom|keepfor)\s/.test(line)
}
