import { toMessage } from '../chat/message.ts'
import type { CursorResolution, Entry, LogBounds } from '../store/store.ts'
import { formatCursor } from './cursor.ts'

/**
 * The texts of the stream: `text/event-stream` as the HTML standard defines it (section 9.2,
 * server-sent events). Data is one line of JSON, in which a line break is always escaped, so no
 * text can break the framing. The id is the last line of its event: of one that was cut short the
 * data may have come without the id, never the id without the data.
 */

/** A message of the log, encoded once for everyone who may see it. */
export interface EncodedEvent {
  id: number
  from: number
  /** The recipient's account, or 0 for a broadcast. */
  to: number
  bytes: Buffer
}

/** Why the server ends a stream. */
export type ByeReason =
  | 'logged-out'
  | 'session-expired'
  | 'shutting-down'
  | 'replaced'
  | 'renew'
  | 'unavailable'

/** How long an EventSource waits before it reconnects, in ms, unless a `bye` tells another time. */
export const defaultRetryMs = 3_000

/**
 * How every stream begins: a line in the chunk of its first event. In a chunk of its own it would be
 * an empty event to some readers.
 */
export const retryPreamble = retryLine(defaultRetryMs)

function retryLine(ms: number): string {
  return `retry: ${ms}\n`
}

/**
 * What ends a line in some language (Unicode's UAX #14: NEL, LS, PS; Python's `str.splitlines`, Java's
 * `\R`) and is not escaped in JSON, as all of the others are.
 */
const lineSeparators = /[\u0085\u2028\u2029]/g

function escapeSeparator(separator: string): string {
  return `\\u${separator.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function formatEvent(name: string, data: unknown, id?: string): string {
  const json = JSON.stringify(data).replace(lineSeparators, escapeSeparator)
  return `event: ${name}\ndata: ${json}\n${id === undefined ? '' : `id: ${id}\n`}\n`
}

/** A message with its id, which moves the reader's cursor. */
export function encodeMessage(entry: Entry, epoch: string): EncodedEvent {
  const text = formatEvent('message', toMessage(entry), formatCursor(entry.id, epoch))
  return { id: entry.id, from: entry.from.id, to: entry.to?.id ?? 0, bytes: Buffer.from(text) }
}

/** A direct message that was kept: without an id, since what lies before it was not written. */
export function encodeUndelivered(entry: Entry): EncodedEvent {
  const text = formatEvent('message', toMessage(entry))
  return { id: entry.id, from: entry.from.id, to: entry.to?.id ?? 0, bytes: Buffer.from(text) }
}

/** True where the account may see the event: a broadcast, or a direct message from or to it. */
export function isVisibleTo(event: EncodedEvent, account: number): boolean {
  return event.to === 0 || event.to === account || event.from === account
}

/** `online` is left out of the event where it is undefined. */
export function readyEvent(
  user: string,
  { head, epoch }: { head: number; epoch: string },
  online: readonly string[] | undefined,
  onlineCount: number,
): string {
  return formatEvent('ready', { user, head, online, onlineCount }, formatCursor(head, epoch))
}

/** `id` is left out for a stream that has no cursor yet. */
export function heartbeatEvent(id: string | undefined): string {
  return formatEvent('heartbeat', {}, id)
}

/** The cursor was not on the log as it stands: reading goes on from what there is. */
export function resetEvent(
  { reason, from }: NonNullable<CursorResolution['reset']>,
  { oldest, head, epoch }: LogBounds,
): string {
  return formatEvent('reset', { reason, from, oldest, head }, formatCursor(from, epoch))
}

/** `resync` tells the reader to fetch the list instead of following the changes. */
export function presenceEvent(
  joined: readonly string[],
  left: readonly string[],
  onlineCount: number,
  resync?: true,
): string {
  return formatEvent('presence', { joined, left, onlineCount, resync })
}

/** The last event of a stream. `retryMs` tells an EventSource when to come back. */
export function byeEvent(reason: ByeReason, retryMs?: number): string {
  return (retryMs === undefined ? '' : retryLine(retryMs)) + formatEvent('bye', { reason })
}
