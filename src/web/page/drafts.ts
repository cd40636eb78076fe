import { effect, signal } from '@preact/signals'
import type { ConversationId } from '../../client/state/index.ts'
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

  get(id: ConversationId): string {
    return this.texts.value[id] ?? ''
  }

  set(id: ConversationId, text: string): void {
    const { [id]: _before, ...others } = this.texts.value
    this.texts.value = text === '' ? others : { ...others, [id]: text }
  }

  /** Stops saving. */
  close(): void {
    for (const end of this.#disposers) end()
  }

  /** Deletes the stored drafts, after signing out. */
  clear(): void {
    save(this.#storageKey, undefined)
  }

  #load(): Readonly<Record<ConversationId, string>> {
    return load(this.#storageKey) ?? {}
  }
}
