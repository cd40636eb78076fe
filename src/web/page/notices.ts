import { signal } from '@preact/signals'

/** How long an error is shown, in ms. */
const shownMs = 8_000

/** The error of what the user did last, if it failed. Its text changes with the language. */
export const notice = signal<{ readonly error: unknown } | undefined>(undefined)

let timer: ReturnType<typeof setTimeout> | undefined

export function showNotice(error: unknown): void {
  clearTimeout(timer)
  notice.value = { error }
  timer = setTimeout(dismissNotice, shownMs)
}

export function dismissNotice(): void {
  clearTimeout(timer)
  notice.value = undefined
}
