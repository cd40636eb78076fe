import '../style/base.css'
import '../style/components.css'
import '../style/fields.css'
import '../style/sign-in.css'
import '../style/layout.css'
import '../style/conversation.css'
import '../style/messages.css'
import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './app.tsx'
import { currentSession, restoreSession } from './current-session.ts'
import { loadLimits } from './limits.ts'
import { applyPreferences } from './preferences.ts'

applyPreferences()
restoreSession()
void loadLimits()
render(<App />, document.getElementById('page') as HTMLElement)

effect(() => {
  const count = currentSession.value?.unreadCount.value ?? 0
  document.title = count === 0 ? 'Obrol' : `(${count > 99 ? '99+' : count}) Obrol`
})

// The network may be back, or the device awake again.
const reconnect = () => {
  if (document.visibilityState === 'visible') currentSession.value?.reconnectNow()
}
addEventListener('online', reconnect)
addEventListener('visibilitychange', reconnect)
// A page that is left takes its tab off the line; one that comes back from the browser's cache begins anew.
addEventListener('pagehide', () => currentSession.value?.close())
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})
