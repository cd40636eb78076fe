import { effect, signal } from '@preact/signals'
import type { ConversationKey } from '../state/conversation-key.ts'
import { load, onChangedElsewhere, save } from './storage.ts'

/** Unsent texts of each conversation, the same in all tabs. */
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

  /** Stops saving. */
  close(): void {
    for (const end of this.#disposers) end()
  }

  /** Deletes the stored drafts, after signing out. */
  clear(): void {
    save(this.#storageKey, undefined)
  }

  #load(): Readonly<Record<ConversationKey, string>> {
    return load(this.#storageKey) ?? {}
  }
}
