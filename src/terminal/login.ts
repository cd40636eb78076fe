import type { ObrolClient } from '../client/index.ts'
import { ChatSession } from './chat-session.ts'
import { loginCommands, parseLoginLine } from './commands.ts'
import { showFailure } from './describe-error.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { formatCommands, formatLoginError } from './format.ts'
import type { View } from './view.ts'

/** Asks the user, or reads from a pipe. */
export interface LoginInput {
  env: NodeJS.ProcessEnv
  /** Undefined at the end of the input. */
  nextLine: () => Promise<string | undefined>
  /** Called if neither the line nor the environment has a password. */
  askPassword: () => Promise<string | ExitStatus>
  /** Aborts the login. */
  signal?: AbortSignal
}

export interface Credentials {
  kind: 'register' | 'login'
  name: string
  password?: string | undefined
  /** The line that was read instead of a login, with the name in the environment: a chat command. */
  firstCommand?: string
}

/** Reads lines until one is a login. If none is, the name in the environment logs in. */
export async function readCredentials(
  view: View,
  { env, nextLine }: LoginInput,
): Promise<Credentials | ExitStatus> {
  for (;;) {
    const line = await nextLine()
    if (line === undefined) return exitStatus.done
    const parsed = parseLoginLine(line)
    if (parsed.kind === 'nothing') continue
    if (parsed.kind === 'login' || parsed.kind === 'register') return parsed
    if (env.OBROL_NAME) return { kind: 'login', name: env.OBROL_NAME, firstCommand: line }
    if (parsed.kind === 'quit') return exitStatus.done
    if (parsed.kind === 'wrong') {
      view.showError(...formatLoginError(parsed.why))
      return exitStatus.refused
    }
    view.show(...formatCommands(loginCommands))
  }
}

/** Registers or logs in. Shows an error, and returns its exit status. */
export async function login(
  client: ObrolClient,
  view: View,
  { kind, name, password: typed }: Credentials,
  { env, askPassword, signal }: LoginInput,
): Promise<ChatSession | ExitStatus> {
  const password = typed ?? (env.OBROL_PASSWORD || (await askPassword()))
  if (typeof password === 'number') return password
  try {
    const { user } = await client[kind](name, password, { signal })
    return new ChatSession(client, view, user.username)
  } catch (error) {
    return showFailure(view, error, name)
  }
}
