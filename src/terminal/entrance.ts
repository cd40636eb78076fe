import type { ObrolClient } from '../client/index.ts'
import { tellFailure } from './failure.ts'
import type { Status } from './refusals.ts'
import type { View } from './view.ts'
import { Visit } from './visit.ts'

/** Who wants to come in, and how. */
export interface Credentials {
  kind: 'register' | 'login'
  name: string
  password: string
}

/** Brings someone in, or tells why not and answers the exit status. */
export async function enter(
  client: ObrolClient,
  view: View,
  { kind, name, password }: Credentials,
  signal?: AbortSignal,
): Promise<Visit | Status> {
  try {
    const { user } = await client[kind](name, password, { signal })
    return new Visit(client, view, user.username)
  } catch (error) {
    return tellFailure(view, error, name)
  }
}

/** The variables that say who one is, for where nobody is there to be asked. */
export function credentialsOf({ OBROL_NAME, OBROL_PASSWORD }: NodeJS.ProcessEnv): {
  name: string | undefined
  password: string | undefined
} {
  return { name: OBROL_NAME || undefined, password: OBROL_PASSWORD || undefined }
}
