import { ChatPage } from './chat-page.tsx'
import { currentSession } from './current-session.ts'
import { SignIn } from './sign-in.tsx'

/** The page: signing in, or the room. */
export function App() {
  const session = currentSession.value
  return session ? <ChatPage key={session.client.token} session={session} /> : <SignIn />
}
