import { useSignal } from '@preact/signals'
import type { ConversationId, HeldMessage } from '../../client/state/index.ts'
import { rightsOver } from '../state/rights.ts'
import type { ChatSession } from './chat-session.ts'
import { showDialog } from './dialog.tsx'
import { quickEmoji } from './emoji.ts'
import { IconButton } from './icons.tsx'
import { actionsFor } from './message-actions.ts'
import { strings, times } from './preferences.ts'
import { react } from './reactions.tsx'

interface MessageToolbarProps {
  session: ChatSession
  conversation: ConversationId
  message: HeldMessage
}

/** What can be done with a message, while the mouse or the focus is on it. */
export function MessageToolbar({ session, message, ...props }: MessageToolbarProps) {
  const words = strings.value
  const reacting = useSignal(false)
  const conversation = session.conversation(props.conversation)
  if (!conversation) return null
  const { answer } = rightsOver(message, session.me, conversation.room)
  const toggle = (emoji: string) => {
    reacting.value = false
    const isMine = message.reactions.some((each) => each.emoji === emoji && each.me)
    void react(session, message.id, emoji, !isMine)
  }
  return (
    <div class="message-tools" role="toolbar" aria-label={words.messageTools}>
      {reacting.value ? (
        <EmojiButtons
          onChoose={toggle}
          onMore={() => {
            reacting.value = false
            showDialog({ kind: 'message', conversation: conversation.id, message: message.id })
          }}
        />
      ) : (
        <>
          <span class="message-when">{times.value.exact(message.sentAt)}</span>
          {answer && (
            <IconButton
              icon="smile"
              label={words.react}
              onClick={() => {
                reacting.value = true
              }}
            />
          )}
          {actionsFor(session, conversation, message).map(({ icon, label, run }) => (
            <IconButton key={icon} icon={icon} label={label} onClick={run} />
          ))}
        </>
      )}
    </div>
  )
}

function EmojiButtons(props: { onChoose(emoji: string): void; onMore(): void }) {
  return (
    <>
      {quickEmoji.map((emoji) => (
        <button
          key={emoji}
          class="icon-button emoji"
          type="button"
          aria-label={strings.value.reactWith(emoji)}
          onClick={() => props.onChoose(emoji)}
        >
          {emoji}
        </button>
      ))}
      <IconButton icon="more" label={strings.value.moreEmoji} opensDialog onClick={props.onMore} />
    </>
  )
}
