import { computed, signal } from '@preact/signals'
import { place } from './place.ts'

/** The width below which the list and the conversation take turns; style/room.css knows it too. */
const narrowMedia = matchMedia('(max-width: 45rem)')
const narrow = signal(narrowMedia.matches)
const visible = signal(document.visibilityState === 'visible')

narrowMedia.addEventListener('change', ({ matches }) => {
  narrow.value = matches
})
document.addEventListener('visibilitychange', () => {
  visible.value = document.visibilityState === 'visible'
})

/** Whether the open conversation can be seen. */
export const watching = computed(
  () => visible.value && !(narrow.value && place.value.pane === 'list'),
)

/** Whether there is a finger rather than a pointer: then the keyboard does not come up by itself. */
export const touching = matchMedia('(pointer: coarse)').matches
