import { effect, signal } from '@preact/signals'
import { newIdempotencyKey } from '../../client/client.ts'
import type { Message, ObrolClient, ObrolError } from '../../client/index.ts'
import type { Conversation } from '../state/chat.ts'
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
  readonly #onSent: (messages: readonly Message[]) => void
  readonly #stopSaving: () => void
  #sending: Promise<void> = Promise.resolve()

  constructor(me: string, client: ObrolClient, onSent: (messages: readonly Message[]) => void) {
    this.#me = me
    this.#client = client
    this.#onSent = onSent
    const name = `outbox.${me}`
    this.pending = signal<PendingMessages>(
      markInterrupted(load<PendingMessages>(name, 'sessionStorage') ?? []),
    )
    this.#stopSaving = effect(() => {
      const { value } = this.pending
      save(name, value.length === 0 ? undefined : value, 'sessionStorage')
    })
  }

  send(conversation: Conversation, text: string): void {
    const pending: PendingMessage = {
      key: newIdempotencyKey(),
      conversation: conversation.key,
      to: conversation.name || undefined,
      text,
      at: Date.now(),
      after: conversation.messages.at(-1)?.id ?? 0,
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

  async #send({ key, to, text }: PendingMessage): Promise<void> {
    try {
      const onRetry = (error: ObrolError, inMs: number) => {
        this.pending.value = markDelayed(
          this.pending.value,
          key,
          failureCode(error),
          Date.now() + inMs,
        )
      }
      const options = { idempotencyKey: key, onRetry }
      const message =
        to === undefined
          ? await this.#client.broadcast(text, options)
          : await this.#client.direct(to, text, { ...options, whenOffline: 'keep' })
      this.pending.value = markSent(this.pending.value, key, message)
      this.#onSent([message])
    } catch (error) {
      this.pending.value = markFailed(this.pending.value, key, failureCode(error))
    }
  }
}
