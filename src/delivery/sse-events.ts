import { conversationId } from '../chat/conversations.ts'
import type { Presence } from '../chat/presence.ts'
import type { ConversationRef } from '../store/conversation-store.ts'
import type { CursorResolution, LogBounds } from '../store/message-log.ts'
import type { Account } from '../store/person.ts'
import { formatCursor } from './cursor.ts'
import type { EventName } from './event-names.ts'

/**
 * The events of the stream, as `text/event-stream` (HTML standard, section 9.2). Data is one line of
 * JSON with all line breaks escaped, so no text can break the framing. The id is the last line of its
 * event: if the connection breaks in the middle, the data may have arrived without the id, never the
 * id without the data.
 */

/** Why the server ends a stream. */
export type ByeReason =
  | 'logged-out'
  | 'session-expired'
  | 'shutting-down'
  | 'replaced'
  | 'renew'
  | 'unavailable'

/** How long an EventSource waits before it reconnects, in ms, unless `bye` gives another time. */
export const defaultRetryMs = 3_000

/**
 * The first line of every stream. It is written together with the first event, since some readers
 * take it for an empty event if it arrives alone.
 */
export const retryPreamble = retryLine(defaultRetryMs)

function retryLine(ms: number): string {
  return `retry: ${ms}\n`
}

/**
 * Line separators that JSON leaves unescaped (NEL, LS and PS of UAX #14). Some languages split lines
 * at them, such as Python's `str.splitlines` and Java's `\R`.
 */
const lineSeparators = /[\u0085\u2028\u2029]/g

function escapeSeparator(separator: string): string {
  return `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** @param id the cursor after it, where the event is one of the log */
export function formatEvent(name: EventName, data: unknown, id?: string): string {
  const json = JSON.stringify(data).replace(lineSeparators, escapeSeparator)
  return `event: ${name}\ndata: ${json}\n${id === undefined ? '' : `id: ${id}\n`}\n`
}

/** `ready` names at most this many people; if there are more, the reader fetches the list. */
const maxNames = 1_000

/** The same limit in bytes of JSON: some readers take no line longer than 64 KiB. */
const maxNamesBytes = 16_384

/** The names of the people online for `ready`; undefined if they are too many or too long. */
export function initialOnlineNames(
  presence: Pick<Presence, 'count' | 'names'>,
): readonly string[] | undefined {
  if (presence.count > maxNames) return undefined
  const names = presence.names()
  return Buffer.byteLength(JSON.stringify(names)) > maxNamesBytes ? undefined : names
}

export function readyEvent(
  user: string,
  { head, epoch }: { head: number; epoch: string },
  online: readonly string[] | undefined,
  onlineCount: number,
): string {
  return formatEvent('ready', { user, head, online, onlineCount }, formatCursor(head, epoch))
}

/** @param id undefined for a stream that has no cursor yet */
export function heartbeatEvent(id: string | undefined): string {
  return formatEvent('heartbeat', {}, id)
}

/** The reader's cursor is not on the log: the stream goes on from `from`. */
export function resetEvent(
  { reason, from }: NonNullable<CursorResolution['reset']>,
  { oldest, head, epoch }: LogBounds,
): string {
  return formatEvent('reset', { reason, from, oldest, head }, formatCursor(from, epoch))
}

/** @param resync tells the reader to fetch the list instead of following the changes */
export function presenceEvent(
  joined: readonly string[],
  left: readonly string[],
  onlineCount: number,
  resync?: true,
): string {
  return formatEvent('presence', { joined, left, onlineCount, resync })
}

/** The person has read a conversation on some device. */
export function readEvent(ref: ConversationRef, upTo: number): string {
  return formatEvent('read', { conversation: conversationId(ref), upTo })
}

/** Who is typing; nobody where there are no names. @param more whether more people are */
export function typingEvent(
  ref: ConversationRef,
  usernames: readonly string[],
  more: boolean,
): string {
  const conversation = conversationId(ref)
  return formatEvent('typing', { conversation, usernames, more: more || undefined })
}

/** Someone has another display name, role or state. */
export function userUpdatedEvent(account: Account): string {
  const user = { ...account, createdAt: new Date(account.createdAt).toISOString() }
  return formatEvent('user.updated', { user })
}

/** The last event of a stream. @param retryMs when an EventSource reconnects */
export function byeEvent(reason: ByeReason, retryMs?: number): string {
  return (retryMs === undefined ? '' : retryLine(retryMs)) + formatEvent('bye', { reason })
}
