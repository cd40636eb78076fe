import type { Readable } from 'node:stream'
import type { ObrolClient } from '../client/index.ts'
import type { ChatSession } from './chat-session.ts'
import { loginCommands, parseLoginLine } from './commands.ts'
import { type ExitStatus, exitStatus } from './describe-error.ts'
import { formatCommands, formatError, formatLoginError } from './format.ts'
import { type Credentials, credentialsFromEnv, login } from './login.ts'
import { readLines } from './read-lines.ts'
import type { View } from './view.ts'
import { withTimeout } from './with-timeout.ts'

/** A stream that is not live after so long does not hold up what is to be said, in ms. */
const readyTimeoutMs = 10_000

type Lines = AsyncGenerator<string, undefined>

/** Chats by the lines of a stream, one after the other, until it ends. Answers the exit status. */
export async function chatInPipe(
  client: ObrolClient,
  view: View,
  { input, env }: { input: Readable; env: NodeJS.ProcessEnv },
): Promise<ExitStatus> {
  const lines = readLines(input)
  try {
    const pipeLogin = await readLogin(lines, view, env)
    if (typeof pipeLogin === 'number') return pipeLogin
    const session = await login(client, view, pipeLogin.credentials)
    return typeof session === 'number'
      ? session
      : await runCommands(session, lines, pipeLogin.first)
  } finally {
    // A writer that goes on cannot keep us.
    input.destroy()
  }
}

interface PipeLogin {
  credentials: Credentials
  /** The first line, where it is for the room already. */
  first?: string
}

/** Reads who wants to come in: the first line says so, or else the environment. */
async function readLogin(
  lines: Lines,
  view: View,
  env: NodeJS.ProcessEnv,
): Promise<PipeLogin | ExitStatus> {
  const own = credentialsFromEnv(env)
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const parsed = parseLoginLine(line.value)
    if (parsed.kind === 'nothing') continue
    if (parsed.kind === 'login' || parsed.kind === 'register')
      return toPipeLogin({ ...parsed, password: parsed.password ?? own.password }, view)
    if (own.name !== undefined)
      return toPipeLogin({ kind: 'login', ...own, name: own.name }, view, line.value)
    if (parsed.kind === 'quit') return exitStatus.done
    if (parsed.kind === 'wrong') {
      view.showError(...formatLoginError(parsed.why))
      return exitStatus.refused
    }
    view.show(...formatCommands(loginCommands))
  }
  return exitStatus.done
}

function toPipeLogin(
  { kind, name, password }: Omit<Credentials, 'password'> & { password: string | undefined },
  view: View,
  first?: string,
): PipeLogin | ExitStatus {
  if (password !== undefined)
    return { credentials: { kind, name, password }, ...(first !== undefined && { first }) }
  view.showError(formatError('a password is needed: after the name, or in OBROL_PASSWORD'))
  return exitStatus.refused
}

async function runCommands(
  session: ChatSession,
  lines: Lines,
  first: string | undefined,
): Promise<ExitStatus> {
  const { listener, commands } = session
  await withTimeout(readyTimeoutMs, listener.ready, session.ended)
  let worst: ExitStatus = first === undefined ? exitStatus.done : await commands.run(first)
  const ended = session.ended.then(() => ({ done: true, value: undefined }) as const)
  while (worst !== exitStatus.unreachable) {
    const line = await Promise.race([ended, lines.next()])
    if (line.done) break
    worst = Math.max(worst, await commands.run(line.value)) as ExitStatus
  }
  await session.leave()
  return Math.max(worst, await session.ended) as ExitStatus
}
