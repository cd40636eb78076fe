import { effect, signal } from '@preact/signals'
import type { ConversationKey } from '../state/conversations.ts'
import { keep, onKeptElsewhere, recall } from './storage.ts'

/** What one has begun to write, kept for each conversation; the same in all tabs. */
export class Drafts {
  readonly texts
  readonly #name: string
  readonly #ends: (() => void)[]

  constructor(me: string) {
    this.#name = `drafts.${me}`
    this.texts = signal(this.#kept())
    this.#ends = [
      effect(() => keep(this.#name, this.texts.value)),
      onKeptElsewhere(this.#name, () => {
        this.texts.value = this.#kept()
      }),
    ]
  }

  of(key: ConversationKey): string {
    return this.texts.value[key] ?? ''
  }

  set(key: ConversationKey, text: string): void {
    const { [key]: _before, ...others } = this.texts.value
    this.texts.value = text === '' ? others : { ...others, [key]: text }
  }

  /** Keeps no more. */
  close(): void {
    for (const end of this.#ends) end()
  }

  /** Forgets them all, for one has signed out. */
  forget(): void {
    keep(this.#name, undefined)
  }

  #kept(): Readonly<Record<ConversationKey, string>> {
    return recall(this.#name) ?? {}
  }
}
