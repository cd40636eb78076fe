import '../style/base.css'
import '../style/components.css'
import '../style/fields.css'
import '../style/sign-in.css'
import '../style/layout.css'
import '../style/dialog.css'
import '../style/conversation.css'
import '../style/composer.css'
import '../style/messages.css'
import { effect } from '@preact/signals'
import { render } from 'preact'
import { loadLimits } from '../state/server-limits.ts'
import { ChatPage } from './chat-page.tsx'
import { currentSession, restoreSession } from './current-session.ts'
import { applyPreferences } from './preferences.ts'
import { SignIn } from './sign-in.tsx'

function App() {
  const session = currentSession.value
  return session ? <ChatPage key={session.client.token} session={session} /> : <SignIn />
}

applyPreferences()
restoreSession()
void loadLimits(new URL('openapi.json', document.baseURI))
render(<App />, document.getElementById('page') as HTMLElement)

effect(() => {
  const count = currentSession.value?.unreadCount.value ?? 0
  document.title = count === 0 ? 'Obrol' : `(${count > 99 ? '99+' : count}) Obrol`
})

// The network may be back, or the device may have woken up.
const reconnect = () => {
  if (document.visibilityState === 'visible') currentSession.value?.reconnectNow()
}
addEventListener('online', reconnect)
addEventListener('visibilitychange', reconnect)
// A page that is left disconnects; one that comes back from the browser's cache starts again.
addEventListener('pagehide', () => currentSession.value?.disconnect())
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})
