import { batch, signal } from '@preact/signals'
import type { EndReason } from '../shared-stream/protocol.ts'
import { ChatSession, type StoredSession } from './chat-session.ts'
import { load, onChangedElsewhere, save } from './storage.ts'

/** Undefined if nobody is signed in. */
export const currentSession = signal<ChatSession | undefined>(undefined)

/** Why the last session ended; `here`: the user signed out in this tab. */
export const lastEndReason = signal<EndReason | 'here' | undefined>(undefined)

let signingOut = false

/** Continues the stored session, and follows the other tabs. */
export function restoreSession(): void {
  openSession(load<StoredSession>('session'))
  onChangedElsewhere('session', () => {
    const session = load<StoredSession>('session')
    if (session?.token === currentSession.value?.client.token) return
    currentSession.value?.disconnect()
    if (session) openSession(session)
    else closeSession(load<EndReason>('ended') ?? 'logged-out')
  })
}

/** Stores and opens the session after signing in. */
export function startSession(session: StoredSession): void {
  const { token, user } = session
  save('session', { token, user })
  openSession({ token, user })
}

/** @throws {ObrolError} if the server could not be reached; the user is still signed in then */
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

/** Signing out removes the user's data from the device. */
function closeSession(reason: EndReason): void {
  const closed = currentSession.value
  // Before the session is removed, because that makes the other tabs read the reason.
  save('ended', reason === 'logged-out' ? undefined : reason)
  save('session', undefined)
  if (closed && reason === 'logged-out') {
    closed.outbox.clear()
    closed.drafts.clear()
  }
  batch(() => {
    lastEndReason.value = signingOut ? 'here' : reason
    currentSession.value = undefined
  })
  history.replaceState(null, '', location.pathname)
  dispatchEvent(new HashChangeEvent('hashchange'))
}
