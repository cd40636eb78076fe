import type { ChatMessage, ConversationId, HeldMessage } from '../../client/state/index.ts'
import { everyone, isConversationId, personConversation } from './conversation-ids.ts'

/** A message of the user that may not be in the log yet. */
export interface PendingMessage {
  /** The idempotency key, which makes retries safe. */
  readonly key: string
  readonly conversation: ConversationId
  readonly text: string
  /** The id of the message that it answers. */
  readonly replyTo?: number | undefined
  /** In Unix ms. */
  readonly at: number
  /** The message's id will be higher than this. */
  readonly after: number
  /** An error code; undefined while it is being sent. */
  readonly failure: string | undefined
  /** While it waits for a retry: the error code, and the time in Unix ms. */
  readonly delay?: { readonly failure: string; readonly until: number } | undefined
}

/** Oldest first. Immutable. */
export type PendingMessages = readonly PendingMessage[]

/** After these errors the message may be in the log. */
const uncertainCodes = new Set([
  'network',
  'timeout',
  'bad-answer',
  'outcome-unknown',
  'internal-error',
])

/** Removes a message that was sent. Later ones of its conversation get higher ids than it. */
export function markSent(
  outbox: PendingMessages,
  key: string,
  { id }: ChatMessage,
): PendingMessages {
  const settled = outbox.find((pending) => pending.key === key)
  return outbox
    .filter((pending) => pending !== settled)
    .map((pending) =>
      pending.conversation === settled?.conversation && pending.after < id
        ? { ...pending, after: id }
        : pending,
    )
}

/** @param failure an error code */
export function markFailed(outbox: PendingMessages, key: string, failure: string): PendingMessages {
  return updatePending(outbox, key, { failure })
}

/** The message will be retried. */
export function markDelayed(
  outbox: PendingMessages,
  key: string,
  failure: string,
  until: number,
): PendingMessages {
  return updatePending(outbox, key, { delay: { failure, until } })
}

export function markSending(outbox: PendingMessages, key: string): PendingMessages {
  return updatePending(outbox, key, { failure: undefined, delay: undefined })
}

export function removePending(outbox: PendingMessages, key: string): PendingMessages {
  return outbox.filter((pending) => pending.key !== key)
}

/** As version 0.1 stored it: with a recipient, or none for everyone. */
type StoredMessage = PendingMessage & { readonly to?: string | undefined }

/** Messages that were being sent when the page was closed have failed. */
export function markInterrupted(outbox: readonly StoredMessage[]): PendingMessages {
  return outbox.map(({ to, ...pending }) => ({
    ...pending,
    ...(!isConversationId(pending.conversation) && {
      conversation: to === undefined ? everyone : personConversation(to),
    }),
    failure: pending.failure ?? 'network',
  }))
}

/**
 * The pending messages of a conversation that are not in the log: the stream may deliver a message
 * before the response to its POST, or without one. A message of the user with the same text is taken
 * for the oldest pending one that it can be.
 */
export function unconfirmed(
  outbox: PendingMessages,
  conversation: ConversationId,
  messages: readonly HeldMessage[],
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
