import type { HeldMessage } from '../../client/state/index.ts'
import { dayOf } from '../text/times.ts'

/** Messages of one sender within so long are a group, in ms. */
const groupMs = 5 * 60_000

/**
 * Messages of a group at most, so that the sender's name is never far. Groups are split at multiples
 * of it, so that older messages do not change the later groups.
 */
const maxGroupSize = 8

/** A row of the message list. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  | MessageRow

export interface MessageRow {
  readonly kind: 'message'
  readonly key: string
  readonly message: HeldMessage
  /** Whether it begins, and ends, a group. */
  readonly first: boolean
  readonly last: boolean
}

/**
 * Adds a row where a day begins and where the new messages begin.
 *
 * @param messages ascending
 * @param newAfter messages of others past this id are new; undefined: none is
 */
export function toRows(messages: readonly HeldMessage[], me: string, newAfter?: number): Row[] {
  const rows: Row[] = []
  let before: HeldMessage | undefined
  let isMarked = newAfter === undefined
  for (const [at, message] of messages.entries()) {
    const after = messages[at + 1]
    const day = dayOf(message.sentAt)
    const newDay = before === undefined || dayOf(before.sentAt) !== day
    if (newDay) rows.push({ kind: 'day', key: `day-${day}`, at: Date.parse(message.sentAt) })
    const newHere = !isMarked && message.id > (newAfter as number) && message.from !== me
    if (newHere) {
      isMarked = true
      rows.push({ kind: 'new', key: 'new' })
    }
    const first = newDay || newHere || !isSameGroup(before as HeldMessage, message)
    const last = after === undefined || !isSameGroup(message, after)
    rows.push({ kind: 'message', key: String(message.id), message, first, last })
    before = message
  }
  return rows
}

function isSameGroup(a: HeldMessage, b: HeldMessage): boolean {
  const apart = Date.parse(b.sentAt) - Date.parse(a.sentAt)
  const part = ({ id }: HeldMessage) => Math.floor(id / maxGroupSize)
  return (
    a.from === b.from &&
    apart < groupMs &&
    dayOf(a.sentAt) === dayOf(b.sentAt) &&
    part(a) === part(b)
  )
}
