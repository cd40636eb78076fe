import { foldName } from './conversation-ids.ts'

/** The beginning of a name after an `@`, which the writer may be about to complete. */
export interface MentionDraft {
  /** Of the `@`. */
  readonly start: number
  readonly query: string
}

/** As on the server, an `@` after an ASCII letter or digit begins no mention. */
const openMention = /(?<![a-z0-9])@([\p{L}\p{N}\p{M}._-]{0,32})$/iu

/** The mention that ends at the caret; undefined if there is none. */
export function mentionAt(text: string, caret: number): MentionDraft | undefined {
  // A mention is short, so a long text is not searched.
  const from = Math.max(0, caret - 70)
  const found = openMention.exec(text.slice(from, caret))
  return found ? { start: from + found.index, query: found[1] as string } : undefined
}

/** Puts a name in the place of the mention's beginning, and a space after it. */
export function completeMention(
  text: string,
  caret: number,
  { start }: MentionDraft,
  name: string,
): { text: string; caret: number } {
  const head = `${text.slice(0, start)}@${name} `
  return { text: head + text.slice(caret).replace(/^ /, ''), caret: head.length }
}

/** The first names that begin as typed, in the order in which they are given. */
export function suggestNames(query: string, names: Iterable<string>, most: number): string[] {
  const folded = foldName(query)
  const suggested: string[] = []
  for (const name of names) {
    if (suggested.length === most) break
    if (!suggested.includes(name) && foldName(name).startsWith(folded)) suggested.push(name)
  }
  return suggested
}
