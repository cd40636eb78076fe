import '../style/base.css'
import '../style/parts.css'
import '../style/fields.css'
import '../style/gate.css'
import '../style/room.css'
import '../style/talk.css'
import '../style/message.css'
import { effect } from '@preact/signals'
import { render } from 'preact'
import { App } from './app.tsx'
import { readLimits } from './limits.ts'
import { followPreferences } from './preferences.ts'
import { resume, visit } from './session.ts'

followPreferences()
resume()
void readLimits()
render(<App />, document.getElementById('page') as HTMLElement)

effect(() => {
  const count = visit.value?.unread.value ?? 0
  document.title = count === 0 ? 'Obrol' : `(${count > 99 ? '99+' : count}) Obrol`
})

// The network may be back, or the device awake again.
const hurry = () => {
  if (document.visibilityState === 'visible') visit.value?.hurry()
}
addEventListener('online', hurry)
addEventListener('visibilitychange', hurry)
// A page that is left takes its tab off the line; one that comes back from the browser's cache begins anew.
addEventListener('pagehide', () => visit.value?.leave())
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})
