import { type Conversation, typingIn } from '../../client/state/index.ts'
import { strings } from './preferences.ts'

/** Who is typing. Not announced: it changes too often. */
export function TypingLine({ conversation }: { conversation: Conversation }) {
  const words = strings.value
  const [first, second, ...others] = typingIn(conversation, performance.now())
  if (first === undefined) return <p class="typing-line" />
  const text =
    second === undefined
      ? words.isTyping(first)
      : others.length === 0
        ? words.areTyping(first, second)
        : words.manyTyping
  return (
    <p class="typing-line is-on">
      <span class="typing-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {text}
    </p>
  )
}
