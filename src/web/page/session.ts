import { batch, signal } from '@preact/signals'
import type { EndReason } from '../line/protocol.ts'
import { keep, onKeptElsewhere, recall } from './storage.ts'
import { type Session, Visit } from './visit.ts'

/** Who is here; undefined: nobody has signed in. */
export const visit = signal<Visit | undefined>(undefined)

/** Why the last visit is over. */
export const ended = signal<EndReason | 'here' | undefined>(undefined)

let leaving = false

/** Goes on with the session of an earlier visit, if there is one, and follows the other tabs. */
export function resume(): void {
  enter(recall<Session>('session'))
  onKeptElsewhere('session', () => {
    const session = recall<Session>('session')
    if (session?.token === visit.value?.client.token) return
    visit.value?.leave()
    if (session) enter(session)
    else leave(recall<EndReason>('ended') ?? 'logged-out')
  })
}

/** One has signed in. */
export function begin(session: Session): void {
  const { token, user } = session
  keep('session', { token, user })
  enter({ token, user })
}

/** @throws {ObrolError} where the server could not be told; then one is still signed in */
export async function signOut(): Promise<void> {
  leaving = true
  try {
    await visit.value?.signOut()
  } finally {
    leaving = false
  }
}

function enter(session: Session | undefined): void {
  if (!session) return
  batch(() => {
    ended.value = undefined
    visit.value = new Visit(session, leave)
  })
}

/** Back to signing in. Who signs out leaves nothing on the device. */
function leave(reason: EndReason): void {
  const left = visit.value
  // Before the session goes: other tabs want to know why, unless one has signed out.
  keep('ended', reason === 'logged-out' ? undefined : reason)
  keep('session', undefined)
  if (left && reason === 'logged-out') {
    left.mail.forget()
    left.drafts.forget()
    keep(`marks.${left.me}`, undefined)
  }
  batch(() => {
    ended.value = leaving ? 'here' : reason
    visit.value = undefined
  })
  history.replaceState(null, '', location.pathname)
  dispatchEvent(new HashChangeEvent('hashchange'))
}
