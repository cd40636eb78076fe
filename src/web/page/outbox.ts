import { batch, effect, signal } from '@preact/signals'
import { newIdempotencyKey } from '../../client/client.ts'
import type { ObrolClient, ObrolError, PostOptions } from '../../client/index.ts'
import { type ChatMessage, type ConversationId, roomOf } from '../../client/state/index.ts'
import { partnerOf } from '../state/conversation-ids.ts'
import {
  markDelayed,
  markFailed,
  markInterrupted,
  markSending,
  markSent,
  type PendingMessage,
  type PendingMessages,
  removePending,
} from '../state/pending-messages.ts'
import { failureCode } from '../text/explain.ts'
import type { ChatStore } from './chat-store.ts'
import { load, save } from './storage.ts'

/** Messages that failed with these are sent again when the stream is live. */
const transientCodes = new Set([
  'network',
  'timeout',
  'unavailable',
  'outcome-unknown',
  'bad-answer',
])

/** Sends messages one after the other, and keeps those that could not be sent. */
export class Outbox {
  readonly pending
  readonly #me: string
  readonly #client: ObrolClient
  readonly #store: ChatStore
  readonly #stopSaving: () => void
  #sending: Promise<void> = Promise.resolve()

  constructor(me: string, client: ObrolClient, store: ChatStore) {
    this.#me = me
    this.#client = client
    this.#store = store
    const name = `outbox.${me}`
    this.pending = signal<PendingMessages>(
      markInterrupted(load<PendingMessages>(name, 'sessionStorage') ?? []),
    )
    this.#stopSaving = effect(() => {
      const { value } = this.pending
      save(name, value.length === 0 ? undefined : value, 'sessionStorage')
    })
  }

  send(conversation: ConversationId, text: string, replyTo?: number): void {
    const pending: PendingMessage = {
      key: newIdempotencyKey(),
      conversation,
      text,
      replyTo,
      at: Date.now(),
      after: this.#store.state.peek().conversations.get(conversation)?.lastId ?? 0,
      failure: undefined,
    }
    this.pending.value = [...this.pending.value, pending]
    this.#queue(pending)
  }

  retry(pending: PendingMessage): void {
    this.pending.value = markSending(this.pending.value, pending.key)
    this.#queue(pending)
  }

  discard({ key }: PendingMessage): void {
    this.pending.value = removePending(this.pending.value, key)
  }

  /** Retries the messages that failed because the server could not be reached. */
  retryFailed(): void {
    for (const pending of this.pending.value)
      if (transientCodes.has(pending.failure ?? '')) this.retry(pending)
  }

  close(): void {
    this.#stopSaving()
  }

  /** Deletes the stored messages, after signing out. */
  clear(): void {
    this.#stopSaving()
    save(`outbox.${this.#me}`, undefined, 'sessionStorage')
  }

  /** In order, so that the log has the same order. */
  #queue(pending: PendingMessage): void {
    this.#sending = this.#sending.then(() => this.#send(pending))
  }

  #post(id: ConversationId, text: string, options: PostOptions): Promise<ChatMessage> {
    const room = roomOf(id)
    const to = partnerOf(id)
    if (room !== undefined) return this.#client.rooms.post(room, text, options)
    if (to === undefined) return this.#client.broadcast(text, options)
    return this.#client.direct(to, text, { ...options, whenOffline: 'keep' })
  }

  async #send({ key, conversation, text, replyTo }: PendingMessage): Promise<void> {
    const since = this.#store.state.peek().place
    try {
      const onRetry = (error: ObrolError, inMs: number) => {
        this.pending.value = markDelayed(
          this.pending.value,
          key,
          failureCode(error),
          Date.now() + inMs,
        )
      }
      const options = { replyTo, idempotencyKey: key, onRetry }
      const message = await this.#post(conversation, text, options)
      batch(() => {
        this.pending.value = markSent(this.pending.value, key, message)
        this.#store.dispatch({ type: 'sent', message, since })
      })
    } catch (error) {
      this.pending.value = markFailed(this.pending.value, key, failureCode(error))
    }
  }
}
