import { useRef } from 'preact/hooks'
import type { ConversationId } from '../../client/state/index.ts'
import { showDialog } from './dialog.tsx'

/** How long a finger rests on a message before its dialog opens, in ms, and how far it may move, in px. */
const longPressMs = 500
const maxMovePx = 10

/** The message that an event happened on, but not on a button or link of it. */
function messageAt(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof Element) || target.closest('a, button')) return null
  return target.closest<HTMLElement>('.message[data-id]')
}

function showMessage(conversation: ConversationId, item: HTMLElement): void {
  showDialog({ kind: 'message', conversation, message: Number(item.dataset.id) })
}

/**
 * The arrow keys go from message to message, and Enter opens the dialog of one.
 *
 * @returns whether the key was one of these
 */
export function moveBetweenMessages(event: KeyboardEvent, conversation: ConversationId): boolean {
  const list = event.currentTarget as HTMLElement
  const { target, key } = event
  if (target !== list && !(target as Element).matches('.message')) return false
  if (key === 'Enter' && target !== list) {
    const item = messageAt(target)
    if (item && !item.querySelector('.deleted')) showMessage(conversation, item)
    return true
  }
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return false
  const items = [...list.querySelectorAll<HTMLElement>('.message[data-id]')]
  const at = items.indexOf(target as HTMLElement)
  const next = at < 0 ? items.at(-1) : items[at + (key === 'ArrowUp' ? -1 : 1)]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
  return next !== undefined
}

/** The handlers that open the dialog of a message when a finger rests on it. */
export function useLongPress(conversation: ConversationId) {
  const press = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | undefined>(
    undefined,
  )
  const cancel = () => clearTimeout(press.current?.timer)
  return {
    onPointerDown: ({ pointerType, target, clientX, clientY }: PointerEvent) => {
      cancel()
      const item = messageAt(target)
      if (pointerType === 'mouse' || !item || item.querySelector('.deleted')) return
      const timer = setTimeout(() => showMessage(conversation, item), longPressMs)
      press.current = { timer, x: clientX, y: clientY }
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const { x = 0, y = 0 } = press.current ?? {}
      if (Math.hypot(clientX - x, clientY - y) > maxMovePx) cancel()
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
    // The browser's own menu would cover the dialog.
    onContextMenu: (event: MouseEvent) => {
      if ((event as PointerEvent).pointerType === 'touch' && messageAt(event.target))
        event.preventDefault()
    },
  }
}
