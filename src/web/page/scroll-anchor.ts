import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** So near to the newest message counts as at the end, in px. */
export const nearEnd = 40
/** Further up there is a button to the end, in px. */
export const farUp = 300

/** Keeps the scroll position of a reader who has scrolled up when messages are added at the end. */
export function useScrollAnchor(scroller: RefObject<HTMLElement | null>, newest: number): void {
  const last = useRef<{ row: Element; below: number } | undefined>(undefined)
  useLayoutEffect(() => {
    const list = scroller.current
    const rows = list?.querySelector('.rows')
    if (!list || !rows) return
    const below = (row: Element) =>
      rows.getBoundingClientRect().bottom - row.getBoundingClientRect().bottom
    const before = last.current
    if (before?.row.isConnected && -list.scrollTop >= nearEnd) {
      const grown = below(before.row) - before.below
      if (grown > 0) list.scrollTop -= grown
    }
    const row = rows.lastElementChild
    last.current = row ? { row, below: below(row) } : undefined
  }, [newest])
}
