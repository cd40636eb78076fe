import type { ConversationId } from '../../client/state/index.ts'
import { rightsOver } from '../state/rights.ts'
import type { ChatSession } from './chat-session.ts'
import { closeDialog, Dialog } from './dialog.tsx'
import { manyEmoji } from './emoji.ts'
import { Icon } from './icons.tsx'
import { actionsFor } from './message-actions.ts'
import { previewOf } from './message-preview.ts'
import { strings, times } from './preferences.ts'
import { react } from './reactions.tsx'

interface MessageDialogProps {
  session: ChatSession
  conversation: ConversationId
  message: number
}

/** What can be done with a message: for touch screens and the keyboard, and all emoji for everyone. */
export function MessageDialog(props: MessageDialogProps) {
  const { session } = props
  const words = strings.value
  const conversation = session.conversation(props.conversation)
  const message = conversation?.messages.find(({ id }) => id === props.message)
  if (!conversation || !message) return null
  const { answer } = rightsOver(message, session.me, conversation.room)
  const isMine = (emoji: string) =>
    message.reactions.some((reaction) => reaction.emoji === emoji && reaction.me)
  return (
    <Dialog title={words.messageTools} kind="sheet">
      <p class="quoted">
        <strong>
          <bdi>{message.from}</bdi>
        </strong>{' '}
        <span dir="auto">{previewOf(message)}</span>
      </p>
      <p class="dialog-note">
        {times.value.whole(message.sentAt)}
        {message.editedAt !== undefined &&
          ` · ${words.editedAt(times.value.whole(message.editedAt))}`}
      </p>
      {answer && (
        <ul class="emoji-grid" aria-label={words.react}>
          {manyEmoji.map((emoji) => (
            <li key={emoji}>
              <button
                class="icon-button emoji"
                type="button"
                aria-label={words.reactWith(emoji)}
                aria-pressed={isMine(emoji)}
                onClick={() => {
                  closeDialog()
                  void react(session, message.id, emoji, !isMine(emoji))
                }}
              >
                {emoji}
              </button>
            </li>
          ))}
        </ul>
      )}
      <ul class="items">
        {actionsFor(session, conversation, message).map(({ icon, label, run }) => (
          <li key={icon}>
            <button class="item action" type="button" onClick={run}>
              <Icon name={icon} />
              <span class="item-name">{label}</span>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
