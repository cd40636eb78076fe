import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { Conversation, ConversationId } from '../../client/state/index.ts'
import { partnerOf } from '../state/conversation-ids.ts'
import { Avatar } from './avatar.tsx'
import type { ChatSession } from './chat-session.ts'
import { ConversationItem } from './conversation-item.tsx'
import { showDialog } from './dialog.tsx'
import { Icon, IconButton, Logo } from './icons.tsx'
import { strings } from './preferences.ts'

/** Of the conversations, until the user asks for all. */
const maxListed = 100

/** The ways to people and rooms, the conversations, and the current user. */
export function Sidebar({ session, open }: { session: ChatSession; open: ConversationId }) {
  const words = strings.value
  return (
    <div class="sidebar">
      <header class="sidebar-head">
        <Logo />
        <p aria-hidden="true">Obrol</p>
      </header>
      <nav class="sidebar-body" aria-label={words.conversations}>
        <div class="sidebar-ways">
          <button
            class="button people-button"
            type="button"
            aria-haspopup="dialog"
            onClick={() => showDialog({ kind: 'people' })}
          >
            <Icon name="people" />
            {words.people}
          </button>
          <button
            class="button rooms-button"
            type="button"
            aria-haspopup="dialog"
            onClick={() => showDialog({ kind: 'rooms' })}
          >
            <Icon name="room" />
            {words.rooms}
          </button>
        </div>
        <h2 class="visually-hidden">{words.conversations}</h2>
        <ConversationList session={session} open={open} />
      </nav>
      <footer class="sidebar-foot">
        <Avatar name={session.me} online={session.isLive.value} />
        <bdi class="sidebar-me">{session.me}</bdi>
        <IconButton
          icon="gear"
          label={words.settings}
          class="settings-button"
          opensDialog
          onClick={() => showDialog({ kind: 'settings' })}
        />
      </footer>
    </div>
  )
}

function ConversationList({ session, open }: { session: ChatSession; open: ConversationId }) {
  const words = strings.value
  const all = useSignal(false)
  const item = useItems(session)
  // A conversation with a user in which nothing was said is listed while it is open.
  const listed = session.conversations.value.filter(
    ({ id, last }) => last !== null || id === open || partnerOf(id) === undefined,
  )
  const shown = all.value ? listed : listed.slice(0, maxListed)
  return (
    <>
      <ul class="items">
        {shown.map((conversation) => item(conversation, conversation.id === open))}
      </ul>
      {listed.length === 0 && <p class="sidebar-empty">{words.loading}</p>}
      {shown.length < listed.length && (
        <button
          class="link sidebar-more"
          type="button"
          onClick={() => {
            all.value = true
          }}
        >
          {words.showAllConversations(listed.length)}
        </button>
      )}
    </>
  )
}

/** Caches the items, so that a message renders one of them. */
function useItems(session: ChatSession): (conversation: Conversation, open: boolean) => VNode {
  const made = useRef(new WeakMap<Conversation, { open: boolean; item: VNode }>())
  return (conversation, open) => {
    const before = made.current.get(conversation)
    if (before?.open === open) return before.item
    const item = (
      <ConversationItem
        key={conversation.id}
        session={session}
        conversation={conversation}
        open={open}
      />
    )
    made.current.set(conversation, { open, item })
    return item
  }
}
