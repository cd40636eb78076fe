import type { Conversation, HeldMessage } from '../../client/state/index.ts'
import { rightsOver } from '../state/rights.ts'
import type { ChatSession } from './chat-session.ts'
import { closeDialog, confirmFirst } from './dialog.tsx'
import type { IconName } from './icons.tsx'
import { strings } from './preferences.ts'

/** Something that the user may do with a message. */
export interface MessageAction {
  readonly icon: IconName
  readonly label: string
  run(): void
}

/** What the user may do with a message, but for reacting to it. */
export function actionsFor(
  session: ChatSession,
  conversation: Conversation,
  message: HeldMessage,
): MessageAction[] {
  const words = strings.value
  const rights = rightsOver(message, session.me, conversation.room)
  const { id } = conversation
  const compose = (kind: 'reply' | 'edit') => {
    closeDialog()
    session.compositions[kind](id, message)
    document.getElementById('composer')?.focus()
  }
  const actions: (MessageAction & { offered: boolean })[] = [
    { icon: 'reply', label: words.reply, offered: rights.answer, run: () => compose('reply') },
    {
      icon: 'copy',
      label: words.copy,
      offered: message.deletedAt === undefined,
      run: () => {
        closeDialog()
        void copyText(message.text)
      },
    },
    { icon: 'pencil', label: words.edit, offered: rights.edit, run: () => compose('edit') },
    {
      icon: 'trash',
      label: words.delete,
      offered: rights.delete,
      run: () =>
        confirmFirst({
          title: words.deleteTitle,
          text: words.deleteText,
          action: words.delete,
          onConfirm: () => void session.attempt(() => session.client.deleteMessage(message.id)),
        }),
    },
  ]
  return actions.filter(({ offered }) => offered)
}

/** Over plain http a browser has no clipboard but that of the selection. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).catch(() => {})
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
