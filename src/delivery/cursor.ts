import type { Cursor } from '../store/store.ts'

/** A cursor as it stands in an event's `id:` field: `<id>-<epoch>`, or a bare id. */
const form = /^(0|[1-9][0-9]{0,15})(?:-([0-9a-z]{8}))?$/

/** What a cursor must look like, for a person who sent another. */
export const cursorRule =
  'must be the id of an event of this stream, verbatim: a whole number from 0 to 9007199254740991 without leading zeros, alone or followed by "-" and 8 characters of 0-9 and a-z'

/** Reads a cursor; undefined where the text is none. */
export function parseCursor(text: string): Cursor | undefined {
  const [, digits, epoch] = form.exec(text) ?? []
  const id = Number(digits)
  return Number.isSafeInteger(id) ? { id, epoch: epoch ?? null } : undefined
}

/** Writes a cursor as clients get it. */
export function formatCursor(id: number, epoch: string): string {
  return `${id}-${epoch}`
}
