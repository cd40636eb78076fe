import type { Readable } from 'node:stream'
import type { ObrolClient } from '../client/index.ts'
import type { ChatSession } from './chat-session.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { formatError } from './format.ts'
import { login, readCredentials } from './login.ts'
import type { View } from './view.ts'

type NextLine = () => Promise<string | undefined>

/** Runs the lines of `input` as commands, one after the other, until it ends. */
export async function chatInPipe(
  client: ObrolClient,
  view: View,
  { input, env }: { input: Readable; env: NodeJS.ProcessEnv },
): Promise<ExitStatus> {
  const lines = readLines(input)
  const nextLine = async () => (await lines.next()).value
  const askPassword = async () => {
    view.showError(formatError('a password is needed: after the name, or in OBROL_PASSWORD'))
    return exitStatus.refused
  }
  const loginInput = { env, nextLine, askPassword }
  try {
    const credentials = await readCredentials(view, loginInput)
    if (typeof credentials === 'number') return credentials
    const session = await login(client, view, credentials, loginInput)
    if (typeof session === 'number') return session
    return await runCommands(session, nextLine, credentials.firstCommand)
  } finally {
    // Otherwise a writer that does not end would keep the process alive.
    input.destroy()
  }
}

async function runCommands(
  session: ChatSession,
  nextLine: NextLine,
  firstCommand: string | undefined,
): Promise<ExitStatus> {
  const { commands } = session
  await session.whenReady()
  let worst: ExitStatus =
    firstCommand === undefined ? exitStatus.done : await commands.run(firstCommand)
  const ended = session.ended.then(() => undefined)
  while (worst !== exitStatus.unreachable) {
    const line = await Promise.race([ended, nextLine()])
    if (line === undefined) break
    worst = Math.max(worst, await commands.run(line)) as ExitStatus
  }
  await session.leave()
  return Math.max(worst, await session.ended) as ExitStatus
}

/** Yields each line as soon as it is there. The last one need not end in a line break. */
export async function* readLines(input: Readable): AsyncGenerator<string, undefined> {
  let rest = ''
  for await (const chunk of input.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() as string
    for (const line of lines) yield line.replace(/\r$/, '')
  }
  if (rest !== '') yield rest
  return undefined
}
