import type { Message } from '../../client/index.ts'
import { dayOf } from '../text/times.ts'

/** Messages of one person that follow each other within so long stand together. */
const groupMs = 5 * 60_000

/**
 * So many of them at most, so that whoever looks at one finds whose it is. They part where an id is a
 * multiple of it, so that what is put in above moves nothing.
 */
const maxGroupSize = 8

/** What stands in a conversation, one under the other. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  | MessageRow

export interface MessageRow {
  readonly kind: 'message'
  readonly key: string
  readonly message: Message
  /** Whether it begins, and ends, a group of one person's messages. */
  readonly first: boolean
  readonly last: boolean
}

/**
 * A conversation as rows: a line where a day begins and where the new messages begin, and one
 * person's messages in groups.
 *
 * @param messages ascending
 * @param newAfter what others said past this id is new; undefined: nothing is
 */
export function toRows(messages: readonly Message[], me: string, newAfter?: number): Row[] {
  const rows: Row[] = []
  let before: Message | undefined
  let told = newAfter === undefined
  for (const [at, message] of messages.entries()) {
    const after = messages[at + 1]
    const day = dayOf(message.sentAt)
    const newDay = before === undefined || dayOf(before.sentAt) !== day
    if (newDay) rows.push({ kind: 'day', key: `day-${day}`, at: Date.parse(message.sentAt) })
    const newHere = !told && message.id > (newAfter as number) && message.from !== me
    if (newHere) {
      told = true
      rows.push({ kind: 'new', key: 'new' })
    }
    const first = newDay || newHere || !isSameGroup(before as Message, message)
    const last = after === undefined || !isSameGroup(message, after)
    rows.push({ kind: 'message', key: String(message.id), message, first, last })
    before = message
  }
  return rows
}

function isSameGroup(a: Message, b: Message): boolean {
  const apart = Date.parse(b.sentAt) - Date.parse(a.sentAt)
  const part = ({ id }: Message) => Math.floor(id / maxGroupSize)
  return (
    a.from === b.from &&
    apart < groupMs &&
    dayOf(a.sentAt) === dayOf(b.sentAt) &&
    part(a) === part(b)
  )
}
