import type { Message } from '../../client/index.ts'
import type { ConversationKey } from './conversations.ts'

/** Something said that the log may not hold yet. */
export interface PendingMessage {
  /** Its idempotency key: to send it again with the same one is safe. */
  readonly key: string
  readonly conversation: ConversationKey
  /** To whom; undefined: to everyone. */
  readonly to: string | undefined
  readonly text: string
  /** When it was said, in Unix ms. */
  readonly at: number
  /** It can only get an id above this one. */
  readonly after: number
  /** Why it was not sent, as a problem's code; undefined while it is on its way. */
  readonly failure: string | undefined
  /** While it is on its way: why it was not taken, and when it is sent again, in Unix ms. */
  readonly delay?: { readonly failure: string; readonly until: number } | undefined
}

/** What waits to be sent or to be tried again, oldest first. Never changed, only replaced. */
export type PendingMessages = readonly PendingMessage[]

/** After these the message may be in the log all the same. */
const uncertainCodes = new Set([
  'network',
  'timeout',
  'bad-answer',
  'outcome-unknown',
  'internal-error',
])

/** The post was answered with `message`. Those still on their way come after it, or are another. */
export function markSent(outbox: PendingMessages, key: string, message: Message): PendingMessages {
  const settled = outbox.find((pending) => pending.key === key)
  return outbox
    .filter((pending) => pending !== settled)
    .map((pending) =>
      pending.conversation === settled?.conversation && pending.after < message.id
        ? { ...pending, after: message.id }
        : pending,
    )
}

/** The post failed with a problem's code. */
export function markFailed(outbox: PendingMessages, key: string, failure: string): PendingMessages {
  return updatePending(outbox, key, { failure })
}

/** It was not taken for now, and is sent again by itself. */
export function markDelayed(
  outbox: PendingMessages,
  key: string,
  failure: string,
  until: number,
): PendingMessages {
  return updatePending(outbox, key, { delay: { failure, until } })
}

/** It is on its way again. */
export function markSending(outbox: PendingMessages, key: string): PendingMessages {
  return updatePending(outbox, key, { failure: undefined, delay: undefined })
}

export function removePending(outbox: PendingMessages, key: string): PendingMessages {
  return outbox.filter((pending) => pending.key !== key)
}

/** What was on its way when the page was left: nobody waits for its answer any more. */
export function markInterrupted(outbox: PendingMessages): PendingMessages {
  return outbox.map((pending) => ({ ...pending, failure: pending.failure ?? 'network' }))
}

/**
 * Which of a conversation's pending messages are to be shown: not those that have come on the
 * stream before their answer, or without one. A message of one's own with the same text stands for
 * the oldest that it can be.
 */
export function unconfirmed(
  outbox: PendingMessages,
  conversation: ConversationKey,
  messages: readonly Message[],
  me: string,
): PendingMessages {
  const mine = outbox.filter((pending) => pending.conversation === conversation)
  if (mine.length === 0) return mine
  const own = messages.filter(({ from }) => from === me)
  return mine.filter(({ text, after, failure }) => {
    if (failure !== undefined && !uncertainCodes.has(failure)) return true
    const at = own.findIndex((message) => message.id > after && message.text === text)
    if (at >= 0) own.splice(at, 1)
    return at < 0
  })
}

function updatePending(
  outbox: PendingMessages,
  key: string,
  what: Partial<PendingMessage>,
): PendingMessages {
  return outbox.map((pending) => (pending.key === key ? { ...pending, ...what } : pending))
}
