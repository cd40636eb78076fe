import { Announcer } from './announcer.tsx'
import type { ChatSession } from './chat-session.ts'
import { ConversationView } from './conversation-view.tsx'
import { strings } from './preferences.ts'
import { route } from './route.ts'
import { Sidebar } from './sidebar.tsx'

/** The page after signing in. */
export function ChatPage({ session }: { session: ChatSession }) {
  const { key, name, pane } = route.value
  // Not a link, because the URL's hash is the open conversation.
  const skip = () => document.getElementById('messages')?.focus()
  return (
    <main class="room" data-pane={pane}>
      <h1 class="visually-hidden">Obrol</h1>
      <button class="skip" type="button" onClick={skip}>
        {strings.value.skip}
      </button>
      <Sidebar session={session} open={key} />
      <ConversationView key={key} session={session} open={key} name={name} />
      <Announcer session={session} />
    </main>
  )
}
