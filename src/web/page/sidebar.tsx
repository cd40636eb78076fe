import type { ConversationKey } from '../state/conversation-key.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { ConversationItem } from './conversation-item.tsx'
import { FindPerson } from './find-person.tsx'
import { Logo } from './icons.tsx'
import { strings } from './preferences.ts'
import { personHref } from './route.ts'
import { Settings } from './settings.tsx'

/** Of the online users. */
const maxListedUsers = 200

/** The conversations, the online users and the current user. */
export function Sidebar({ session, open }: { session: ChatSession; open: ConversationKey }) {
  const words = strings.value
  return (
    <div class="sidebar">
      <header class="sidebar-head">
        <Logo />
        <p aria-hidden="true">Obrol</p>
      </header>
      <nav class="sidebar-body" aria-label={words.conversations}>
        <FindPerson session={session} />
        <h2 class="visually-hidden">{words.conversations}</h2>
        <ul class="items">
          {session.conversations.value.map((conversation) => (
            <ConversationItem
              key={conversation.key}
              session={session}
              conversation={conversation}
              open={conversation.key === open}
              online={session.onlineKeys.value.has(conversation.key)}
            />
          ))}
        </ul>
        <Online session={session} />
      </nav>
      <footer class="sidebar-foot">
        <Avatar name={session.me} online={session.connection.value.state === 'live'} />
        <bdi class="sidebar-me">{session.me}</bdi>
        <Settings session={session} />
      </footer>
    </div>
  )
}

/** The online users, the current one first, as links to their conversations. */
function Online({ session }: { session: ChatSession }) {
  const words = strings.value
  const live = session.connection.value.state === 'live'
  const { names, count } = session.onlineUsers.value
  const others = names.filter((name) => name !== session.me)
  const shown = others.slice(0, maxListedUsers)
  const more = count - 1 - shown.length
  if (!live)
    return (
      <section aria-labelledby="online">
        <h2 id="online" class="sidebar-title">
          {words.online}
        </h2>
        <p class="sidebar-empty">
          {session.connection.value.state === 'lost' ? words.onlineUnknown : words.connecting}
        </p>
      </section>
    )
  return (
    <section aria-labelledby="online">
      <h2 id="online" class="sidebar-title">
        {words.online} <span class="sidebar-count">{count}</span>
      </h2>
      <ul class="items">
        {[session.me, ...shown].map((name) => (
          <li key={name}>
            <a class="item person" href={personHref(name)}>
              <Avatar name={name} online />
              <bdi class="item-name">{name}</bdi>
              {name === session.me && <span class="item-self">{words.youHere}</span>}
            </a>
          </li>
        ))}
      </ul>
      {others.length === 0 && <p class="sidebar-empty">{words.aloneHere}</p>}
      {more > 0 && <p class="sidebar-empty">{words.moreOnline(more)}</p>}
    </section>
  )
}
