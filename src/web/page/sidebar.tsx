import type { ConversationKey } from '../state/conversations.ts'
import { Avatar } from './avatar.tsx'
import { ConversationItem } from './conversation-item.tsx'
import { FindPerson } from './find-person.tsx'
import { Logo } from './icons.tsx'
import { toPerson } from './place.ts'
import { strings } from './preferences.ts'
import { Settings } from './settings.tsx'
import type { Visit } from './visit.ts'

/** How many of those who are online are listed. */
const mostListed = 200

/** The conversations, who is online, and oneself. */
export function Sidebar({ visit, open }: { visit: Visit; open: ConversationKey }) {
  const words = strings.value
  return (
    <div class="side">
      <header class="side-head">
        <Logo />
        <p aria-hidden="true">Obrol</p>
      </header>
      <nav class="side-body" aria-label={words.conversations}>
        <FindPerson visit={visit} />
        <h2 class="aloud">{words.conversations}</h2>
        <ul class="items">
          {visit.inOrder.value.map((held) => (
            <ConversationItem
              key={held.key}
              visit={visit}
              held={held}
              open={held.key === open}
              online={visit.online.value.has(held.key)}
            />
          ))}
        </ul>
        <Online visit={visit} />
      </nav>
      <footer class="side-foot">
        <Avatar name={visit.me} online={visit.line.value.state === 'live'} />
        <bdi class="side-me">{visit.me}</bdi>
        <Settings visit={visit} />
      </footer>
    </div>
  )
}

/** Who is online, oneself first; each leads to the conversation with them. */
function Online({ visit }: { visit: Visit }) {
  const words = strings.value
  const live = visit.line.value.state === 'live'
  const { names, count } = visit.people.value
  const others = names.filter((name) => name !== visit.me)
  const shown = others.slice(0, mostListed)
  const more = count - 1 - shown.length
  if (!live)
    return (
      <section aria-labelledby="online">
        <h2 id="online" class="side-title">
          {words.online}
        </h2>
        <p class="side-empty">
          {visit.line.value.state === 'lost' ? words.onlineUnknown : words.connecting}
        </p>
      </section>
    )
  return (
    <section aria-labelledby="online">
      <h2 id="online" class="side-title">
        {words.online} <span class="side-count">{count}</span>
      </h2>
      <ul class="items">
        {[visit.me, ...shown].map((name) => (
          <li key={name}>
            <a class="item person" href={toPerson(name)}>
              <Avatar name={name} online />
              <bdi class="item-name">{name}</bdi>
              {name === visit.me && <span class="item-self">{words.youHere}</span>}
            </a>
          </li>
        ))}
      </ul>
      {others.length === 0 && <p class="side-empty">{words.aloneHere}</p>}
      {more > 0 && <p class="side-empty">{words.moreOnline(more)}</p>}
    </section>
  )
}
