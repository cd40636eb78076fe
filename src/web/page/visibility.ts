import { computed, signal } from '@preact/signals'
import { route } from './route.ts'

/** The width below which the list and the conversation take turns; style/layout.css knows it too. */
const narrowMedia = matchMedia('(max-width: 45rem)')
const isNarrow = signal(narrowMedia.matches)
const isVisible = signal(document.visibilityState === 'visible')

narrowMedia.addEventListener('change', ({ matches }) => {
  isNarrow.value = matches
})
document.addEventListener('visibilitychange', () => {
  isVisible.value = document.visibilityState === 'visible'
})

/** Whether the open conversation can be seen. */
export const isConversationVisible = computed(
  () => isVisible.value && !(isNarrow.value && route.value.pane === 'list'),
)

/** Whether there is a finger rather than a pointer: then the keyboard does not come up by itself. */
export const hasCoarsePointer = matchMedia('(pointer: coarse)').matches
