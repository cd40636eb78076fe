import { signal } from '@preact/signals'

/** The time in Unix ms, to the half minute: enough to tell today from yesterday. */
export const now = signal(Date.now())

setInterval(() => {
  now.value = Date.now()
}, 30_000)
