import { effect, signal } from '@preact/signals'
import type { ConversationKey } from '../state/conversations.ts'
import { keep, recall } from './storage.ts'

/** What one has begun to write, kept for each conversation. */
export class Drafts {
  readonly texts
  readonly #me: string
  readonly #stop: () => void

  constructor(me: string) {
    this.#me = me
    this.texts = signal(recall<Record<ConversationKey, string>>(`drafts.${me}`) ?? {})
    this.#stop = effect(() => keep(`drafts.${me}`, this.texts.value))
  }

  of(key: ConversationKey): string {
    return this.texts.value[key] ?? ''
  }

  set(key: ConversationKey, text: string): void {
    const { [key]: _before, ...others } = this.texts.value
    this.texts.value = text === '' ? others : { ...others, [key]: text }
  }

  /** Forgets them all, for one has signed out. */
  forget(): void {
    this.#stop()
    keep(`drafts.${this.#me}`, undefined)
  }
}
