import { Announcer } from './announcer.tsx'
import { place } from './place.ts'
import { strings } from './preferences.ts'
import { Sidebar } from './sidebar.tsx'
import { Talk } from './talk.tsx'
import type { Visit } from './visit.ts'

/** Where one is after signing in: the conversations, and the one that is open. */
export function Room({ visit }: { visit: Visit }) {
  const { key, name, pane } = place.value
  // No link: the address says which conversation is open.
  const skip = () => document.getElementById('messages')?.focus()
  return (
    <main class="room" data-pane={pane}>
      <h1 class="aloud">Obrol</h1>
      <button class="skip" type="button" onClick={skip}>
        {strings.value.skip}
      </button>
      <Sidebar visit={visit} open={key} />
      <Talk key={key} visit={visit} open={key} name={name} />
      <Announcer visit={visit} />
    </main>
  )
}
