import { effect, signal } from '@preact/signals'
import type { ConversationKey } from '../state/conversations.ts'
import { load, onChangedElsewhere, save } from './storage.ts'

/** What one has begun to write, kept for each conversation; the same in all tabs. */
export class Drafts {
  readonly texts
  readonly #storageKey: string
  readonly #disposers: (() => void)[]

  constructor(me: string) {
    this.#storageKey = `drafts.${me}`
    this.texts = signal(this.#load())
    this.#disposers = [
      effect(() => save(this.#storageKey, this.texts.value)),
      onChangedElsewhere(this.#storageKey, () => {
        this.texts.value = this.#load()
      }),
    ]
  }

  get(key: ConversationKey): string {
    return this.texts.value[key] ?? ''
  }

  set(key: ConversationKey, text: string): void {
    const { [key]: _before, ...others } = this.texts.value
    this.texts.value = text === '' ? others : { ...others, [key]: text }
  }

  /** Keeps no more. */
  close(): void {
    for (const end of this.#disposers) end()
  }

  /** Forgets them all, for one has signed out. */
  clear(): void {
    save(this.#storageKey, undefined)
  }

  #load(): Readonly<Record<ConversationKey, string>> {
    return load(this.#storageKey) ?? {}
  }
}
