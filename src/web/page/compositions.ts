import { signal } from '@preact/signals'
import type { ConversationId, HeldMessage } from '../../client/state/index.ts'

/** What the composer of a conversation is about, other than a new message. */
export type Composition =
  | { readonly kind: 'reply'; readonly message: HeldMessage }
  /** `text`: as edited so far. The draft of a new message waits meanwhile. */
  | { readonly kind: 'edit'; readonly message: HeldMessage; readonly text: string }

/** The replies and edits that have been begun, by conversation. */
export class Compositions {
  readonly #all = signal<ReadonlyMap<ConversationId, Composition>>(new Map())

  of(conversation: ConversationId): Composition | undefined {
    return this.#all.value.get(conversation)
  }

  set(conversation: ConversationId, composition: Composition | undefined): void {
    const all = new Map(this.#all.value)
    if (composition) all.set(conversation, composition)
    else all.delete(conversation)
    this.#all.value = all
  }

  reply(conversation: ConversationId, message: HeldMessage): void {
    this.set(conversation, { kind: 'reply', message })
  }

  edit(conversation: ConversationId, message: HeldMessage): void {
    this.set(conversation, { kind: 'edit', message, text: message.text })
  }
}
