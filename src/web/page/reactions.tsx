import type { Reaction } from '../../client/state/index.ts'
import type { ChatSession } from './chat-session.ts'
import { strings } from './preferences.ts'

interface ReactionsProps {
  session: ChatSession
  messageId: number
  reactions: readonly Reaction[]
}

/** The reactions below a message. Pressing one adds the user to it, or takes them away. */
export function Reactions({ session, messageId, reactions }: ReactionsProps) {
  const words = strings.value
  if (reactions.length === 0) return null
  return (
    <ul class="reactions" aria-label={words.reactions}>
      {reactions.map(({ emoji, count, me, by }) => {
        const names = words.reactedBy(count - by.length, by.join(', '))
        return (
          <li key={emoji}>
            <button
              class="reaction"
              type="button"
              aria-pressed={me}
              aria-label={`${emoji} ${count}: ${names}`}
              title={names}
              onClick={() => void react(session, messageId, emoji, !me)}
            >
              <span aria-hidden="true">{emoji}</span> {count}
            </button>
          </li>
        )
      })}
    </ul>
  )
}

export function react(
  session: ChatSession,
  messageId: number,
  emoji: string,
  on: boolean,
): Promise<boolean> {
  const { client } = session
  return session.attempt(() =>
    on ? client.react(messageId, emoji) : client.unreact(messageId, emoji),
  )
}
