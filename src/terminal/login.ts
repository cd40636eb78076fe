import type { ObrolClient } from '../client/index.ts'
import { ChatSession } from './chat-session.ts'
import type { ExitStatus } from './describe-error.ts'
import { showFailure } from './show-failure.ts'
import type { View } from './view.ts'

/** Who wants to come in, and how. */
export interface Credentials {
  kind: 'register' | 'login'
  name: string
  password: string
}

/** Brings someone in, or tells why not and answers the exit status. */
export async function login(
  client: ObrolClient,
  view: View,
  { kind, name, password }: Credentials,
  signal?: AbortSignal,
): Promise<ChatSession | ExitStatus> {
  try {
    const { user } = await client[kind](name, password, { signal })
    return new ChatSession(client, view, user.username)
  } catch (error) {
    return showFailure(view, error, name)
  }
}

/** The variables that say who one is, for where nobody is there to be asked. */
export function credentialsFromEnv({ OBROL_NAME, OBROL_PASSWORD }: NodeJS.ProcessEnv): {
  name: string | undefined
  password: string | undefined
} {
  return { name: OBROL_NAME || undefined, password: OBROL_PASSWORD || undefined }
}
