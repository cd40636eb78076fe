import { hueOf, initialOf } from '../text/avatar.ts'
import { Icon } from './icons.tsx'

/** A user's colour and initial. Hidden from screen readers, because the name is beside it. */
export function Avatar({ name, online = false }: { name: string; online?: boolean }) {
  return (
    <span class={`avatar hue-${hueOf(name)}${online ? ' is-online' : ''}`} aria-hidden="true">
      {initialOf(name)}
    </span>
  )
}

/** The avatar of the room. */
export function EveryoneAvatar() {
  return (
    <span class="avatar the-room" aria-hidden="true">
      <Icon name="room" />
    </span>
  )
}
