import type { ConversationId } from '../../client/state/index.ts'
import type { ChatSession } from './chat-session.ts'
import { Icon, IconButton } from './icons.tsx'
import { previewOf } from './message-preview.ts'
import { strings } from './preferences.ts'

interface CompositionBarProps {
  session: ChatSession
  conversation: ConversationId
}

/** Above the text field: the message that is answered or edited. */
export function CompositionBar({ session, conversation }: CompositionBarProps) {
  const words = strings.value
  const composition = session.compositions.of(conversation)
  if (!composition) return null
  const { kind, message } = composition
  return (
    <div class="composition" role="status">
      <Icon name={kind === 'reply' ? 'reply' : 'pencil'} />
      <p class="composition-text">
        <strong>{kind === 'reply' ? words.replyingTo(message.from) : words.editing}</strong>
        <span dir="auto">{previewOf(message)}</span>
      </p>
      <IconButton
        icon="close"
        label={words.cancel}
        onClick={() => {
          session.compositions.set(conversation, undefined)
          document.getElementById('composer')?.focus()
        }}
      />
    </div>
  )
}
