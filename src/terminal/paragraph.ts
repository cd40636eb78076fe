import { displayWidth, graphemes } from './display-width.ts'
import type { Palette, Segment, Style } from './palette.ts'

/** A head, such as the sender's name, and lines of text. All of it is escaped (safe-text.ts). */
export interface Paragraph {
  head: Segment[]
  /** At least one. */
  lines: string[]
  /** Of the lines; default `plain`. */
  style?: Style
}

/** Stands before every row but the first, so that no row looks like a paragraph of its own. */
const indent = '    '

/**
 * Returns rows that are not wider than `columns` (`Infinity`: no limit). The terminal must not wrap
 * them: spaces in a message could then put a forged line at the left edge.
 */
export function renderParagraph(
  { head, lines, style = 'plain' }: Paragraph,
  columns: number,
  palette: Palette,
): string[] {
  const headWidth = head.reduce((sum, { text }) => sum + displayWidth(text), 0)
  const rows = lines.flatMap((line, at) =>
    wrap(line, columns, at === 0 ? headWidth : indent.length),
  )
  return rows.map((text, at) => {
    const before = at === 0 ? head.map(palette).join('') : indent
    return before + palette({ text, style })
  })
}

/**
 * Breaks a line into rows, at spaces if possible. `used` columns of the first row are taken; the
 * other rows are indented.
 */
function wrap(line: string, columns: number, used: number): string[] {
  if (used + displayWidth(line) <= columns) return [line]
  const rows: string[] = []
  let row: string[] = []
  let left = columns - used
  for (const grapheme of graphemes(line)) {
    const width = displayWidth(grapheme)
    if (width > left && row.length > 0) {
      const kept = grapheme === ' ' ? row.length : row.lastIndexOf(' ') + 1 || row.length
      rows.push(row.slice(0, kept).join(''))
      row = row.slice(kept)
      left = columns - indent.length - displayWidth(row.join(''))
    }
    row.push(grapheme)
    left -= width
  }
  return [...rows, row.join('')]
}
