import type { Cursor } from '../store/message-log.ts'

/** A cursor as in an event's `id:` field: `<id>-<epoch>`, or a bare id. */
const form = /^(0|[1-9][0-9]{0,15})(?:-([0-9a-z]{8}))?$/

/** The rule for cursors, worded for a client that broke it. */
export const cursorRule =
  'must be the id of an event of this stream, verbatim: a whole number from 0 to 9007199254740991 without leading zeros, alone or followed by "-" and 8 characters of 0-9 and a-z'

/** @returns undefined if the text is not a cursor */
export function parseCursor(text: string): Cursor | undefined {
  const [, digits, epoch] = form.exec(text) ?? []
  const id = Number(digits)
  return Number.isSafeInteger(id) ? { id, epoch: epoch ?? null } : undefined
}

export function formatCursor(id: number, epoch: string): string {
  return `${id}-${epoch}`
}
