import { useLayoutEffect } from 'preact/hooks'
import { Announcer } from './announcer.tsx'
import type { ChatSession } from './chat-session.ts'
import { ConversationView } from './conversation-view.tsx'
import { closeDialog } from './dialog.tsx'
import { Dialogs } from './dialogs.tsx'
import { strings } from './preferences.ts'
import { route } from './route.ts'
import { Sidebar } from './sidebar.tsx'

/** The page after signing in. */
export function ChatPage({ session }: { session: ChatSession }) {
  const { id, pane } = route.value
  // Not a link, because the URL's hash is the open conversation.
  const skip = () => document.getElementById('messages')?.focus()
  useLayoutEffect(() => closeDialog, [])
  return (
    <main class="chat" data-pane={pane}>
      <h1 class="visually-hidden">Obrol</h1>
      <button class="skip" type="button" onClick={skip}>
        {strings.value.skip}
      </button>
      <Sidebar session={session} open={id} />
      <ConversationView key={id} session={session} id={id} />
      <Announcer session={session} />
      <Dialogs session={session} />
    </main>
  )
}
