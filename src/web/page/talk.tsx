import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { type ConversationKey, room } from '../state/conversations.ts'
import { explain } from '../text/explain.ts'
import { Avatar, RoomAvatar } from './avatar.tsx'
import { Composer } from './composer.tsx'
import { Icon } from './icons.tsx'
import { LineBanner } from './line-banner.tsx'
import { Log } from './log.tsx'
import { toList } from './place.ts'
import { strings } from './preferences.ts'
import type { Visit } from './visit.ts'
import { touching } from './watching.ts'

interface TalkProps {
  visit: Visit
  open: ConversationKey
  /** The other person's name as the address has it; empty for the room. */
  name: string
}

/** The open conversation: with whom, what was said, and what one says. */
export function Talk({ visit, open, name }: TalkProps) {
  const words = strings.value
  const title = useRef<HTMLHeadingElement>(null)
  const failed = useSignal<unknown>(undefined)
  // Before it is seen: what is typed at once must not go astray.
  useLayoutEffect(() => {
    // With a finger the keyboard would cover what was said.
    const field = touching ? title.current : document.getElementById('composer')
    field?.focus()
  }, [])
  const unheard = useComputed(
    () =>
      visit.opened.value &&
      visit.line.value.state === 'live' &&
      !visit.chat.value.conversations.has(open),
  )
  useSignalEffect(() => {
    if (!unheard.value) return
    failed.value = undefined
    visit.find(name).catch((error) => {
      failed.value = error
    })
  })

  const held = visit.conversation(open, name)
  const isRoom = open === room
  const elsewhere = visit.unread.value
  return (
    <section class="talk" aria-labelledby="talk-title">
      <header class="talk-head">
        <a class="icon-button talk-back" href={toList} aria-label={words.back}>
          <Icon name="back" />
          {elsewhere > 0 && <span class="badge dot" />}
        </a>
        {isRoom ? (
          <RoomAvatar />
        ) : (
          <Avatar name={held.name} online={visit.online.value.has(open)} />
        )}
        <div class="talk-title">
          <h2 id="talk-title" ref={title} tabIndex={-1}>
            <bdi>{isRoom ? words.room : held.name}</bdi>
          </h2>
          <p>{subtitle()}</p>
        </div>
      </header>
      <LineBanner visit={visit} />
      {failed.value === undefined ? (
        <>
          <Log visit={visit} held={held} />
          <Composer visit={visit} held={held} />
        </>
      ) : (
        <div class="empty" role="alert">
          <h3>{explain(failed.value, words).text}</h3>
          <a class="button" href={toList}>
            {words.back}
          </a>
        </div>
      )}
    </section>
  )

  function subtitle(): string {
    if (failed.value !== undefined) return ''
    const { state } = visit.line.value
    if (state !== 'live') return state === 'lost' ? '' : words.connecting
    if (isRoom) return words.onlineCount(visit.people.value.count)
    return visit.online.value.has(open) ? words.isOnline : words.isOffline
  }
}
