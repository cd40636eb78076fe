import { computed, signal } from '@preact/signals'
import { route } from './route.ts'

/** Only the list or the conversation is shown below this width, which is also in style/layout.css. */
const narrowMedia = matchMedia('(max-width: 45rem)')
const isNarrow = signal(narrowMedia.matches)
const isVisible = signal(document.visibilityState === 'visible')

narrowMedia.addEventListener('change', ({ matches }) => {
  isNarrow.value = matches
})
document.addEventListener('visibilitychange', () => {
  isVisible.value = document.visibilityState === 'visible'
})

/** Whether the user can see the open conversation. */
export const isConversationVisible = computed(
  () => isVisible.value && !(isNarrow.value && route.value.pane === 'list'),
)

/** On a touch screen. */
export const hasCoarsePointer = matchMedia('(pointer: coarse)').matches
