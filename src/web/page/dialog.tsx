import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { ConversationId } from '../../client/state/index.ts'
import { IconButton } from './icons.tsx'
import { Notice } from './notice.tsx'
import { strings } from './preferences.ts'

/** The dialogs of the page. One is open at a time. */
export type DialogName =
  | { readonly kind: 'people' | 'rooms' | 'new-room' | 'settings' }
  | { readonly kind: 'room' | 'room-settings'; readonly room: string }
  | { readonly kind: 'message'; readonly conversation: ConversationId; readonly message: number }
  | { readonly kind: 'confirm'; readonly question: Question }

/** Asked before something that cannot be undone. */
export interface Question {
  readonly title: string
  readonly text: string
  /** The name of what is done. */
  readonly action: string
  onConfirm(): void
}

export const openDialog = signal<DialogName | undefined>(undefined)

/** Gets the focus back, as the element that opened a later dialog is gone with the one before. */
let opener: Element | null = null

export function showDialog(dialog: DialogName): void {
  if (openDialog.peek() === undefined) opener = document.activeElement
  openDialog.value = dialog
}

export function confirmFirst(question: Question): void {
  showDialog({ kind: 'confirm', question })
}

export function closeDialog(): void {
  // Before the focus moves, as what is behind an open dialog cannot have it.
  document.querySelector<HTMLDialogElement>('dialog[open]')?.close()
  openDialog.value = undefined
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
  opener = null
}

interface DialogProps {
  title: string
  /** `sheet`: at the lower edge of a phone's screen. */
  kind?: 'sheet'
  children: ComponentChildren
}

/** The frame of all dialogs. Escape, a click beside it and its button close it. */
export function Dialog({ title, kind, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const pressedBeside = useRef(false)
  useLayoutEffect(() => dialog.current?.showModal(), [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it
    <dialog
      ref={dialog}
      class={`dialog ${kind ?? ''}`}
      aria-labelledby="dialog-title"
      // Escape closes it at once, so that the next key can open another.
      onCancel={(event) => {
        event.preventDefault()
        closeDialog()
      }}
      // By the browser. Not once another dialog has taken its place.
      onClose={({ currentTarget }) => currentTarget.isConnected && closeDialog()}
      // What surrounds the dialog belongs to it. The end of a long press that began before is no click.
      onPointerDown={({ target, currentTarget }) => {
        pressedBeside.current = target === currentTarget
      }}
      onClick={({ target, currentTarget }) => {
        if (pressedBeside.current && target === currentTarget) closeDialog()
      }}
    >
      <div class="dialog-body">
        <div class="dialog-head">
          <h2 id="dialog-title">
            <bdi>{title}</bdi>
          </h2>
          <IconButton icon="close" label={strings.value.close} onClick={closeDialog} />
        </div>
        <Notice />
        {children}
      </div>
    </dialog>
  )
}

/** Asks before something that cannot be undone. */
export function ConfirmDialog({ question }: { question: Question }) {
  const confirm = () => {
    closeDialog()
    question.onConfirm()
  }
  return (
    <Dialog title={question.title}>
      <p>{question.text}</p>
      <p class="dialog-actions">
        <button class="button" type="button" onClick={closeDialog}>
          {strings.value.cancel}
        </button>
        <button class="button danger" type="button" onClick={confirm}>
          {question.action}
        </button>
      </p>
    </Dialog>
  )
}
