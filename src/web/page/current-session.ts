import { batch, signal } from '@preact/signals'
import type { EndReason } from '../shared-stream/protocol.ts'
import { ChatSession, type StoredSession } from './chat-session.ts'
import { clearReadMarkers } from './read-markers.ts'
import { load, onChangedElsewhere, save } from './storage.ts'

/** Who is here; undefined: nobody has signed in. */
export const currentSession = signal<ChatSession | undefined>(undefined)

/** Why the last visit is over. */
export const lastEndReason = signal<EndReason | 'here' | undefined>(undefined)

let signingOut = false

/** Goes on with the session of an earlier visit, if there is one, and follows the other tabs. */
export function restoreSession(): void {
  openSession(load<StoredSession>('session'))
  onChangedElsewhere('session', () => {
    const session = load<StoredSession>('session')
    if (session?.token === currentSession.value?.client.token) return
    currentSession.value?.close()
    if (session) openSession(session)
    else closeSession(load<EndReason>('ended') ?? 'logged-out')
  })
}

/** One has signed in. */
export function startSession(session: StoredSession): void {
  const { token, user } = session
  save('session', { token, user })
  openSession({ token, user })
}

/** @throws {ObrolError} where the server could not be told; then one is still signed in */
export async function signOut(): Promise<void> {
  signingOut = true
  try {
    await currentSession.value?.signOut()
  } finally {
    signingOut = false
  }
}

function openSession(session: StoredSession | undefined): void {
  if (!session) return
  batch(() => {
    lastEndReason.value = undefined
    currentSession.value = new ChatSession(session, closeSession)
  })
}

/** Back to signing in. Who signs out leaves nothing on the device. */
function closeSession(reason: EndReason): void {
  const closed = currentSession.value
  // Before the session goes: other tabs want to know why, unless one has signed out.
  save('ended', reason === 'logged-out' ? undefined : reason)
  save('session', undefined)
  if (closed && reason === 'logged-out') {
    closed.outbox.clear()
    closed.drafts.clear()
    clearReadMarkers(closed.me)
  }
  batch(() => {
    lastEndReason.value = signingOut ? 'here' : reason
    currentSession.value = undefined
  })
  history.replaceState(null, '', location.pathname)
  dispatchEvent(new HashChangeEvent('hashchange'))
}
