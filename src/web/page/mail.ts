import { effect, signal } from '@preact/signals'
import { newIdempotencyKey } from '../../client/idempotency-key.ts'
import type { Message, ObrolClient, ObrolError } from '../../client/index.ts'
import type { Conversation } from '../state/chat.ts'
import {
  again,
  delay,
  drop,
  fail,
  interrupted,
  type Outbox,
  type Pending,
  settle,
} from '../state/outbox.ts'
import { failureOf } from '../text/explain.ts'
import { keep, recall } from './storage.ts'

/** These may pass by themselves: what failed so is sent again when the line is back. */
const passing = new Set(['network', 'timeout', 'unavailable', 'outcome-unknown', 'bad-answer'])

/** Sends what one says, one after the other, and keeps what could not be sent. */
export class Mail {
  readonly outbox
  readonly #me: string
  readonly #client: ObrolClient
  readonly #onSent: (messages: readonly Message[]) => void
  readonly #stop: () => void
  #sending: Promise<void> = Promise.resolve()

  constructor(me: string, client: ObrolClient, onSent: (messages: readonly Message[]) => void) {
    this.#me = me
    this.#client = client
    this.#onSent = onSent
    const name = `outbox.${me}`
    this.outbox = signal<Outbox>(interrupted(recall<Outbox>(name, 'sessionStorage') ?? []))
    this.#stop = effect(() => {
      const { value } = this.outbox
      keep(name, value.length === 0 ? undefined : value, 'sessionStorage')
    })
  }

  say(conversation: Conversation, text: string): void {
    const pending: Pending = {
      key: newIdempotencyKey(),
      conversation: conversation.key,
      to: conversation.name || undefined,
      text,
      at: Date.now(),
      after: conversation.messages.at(-1)?.id ?? 0,
      failure: undefined,
    }
    this.outbox.value = [...this.outbox.value, pending]
    this.#queue(pending)
  }

  retry(pending: Pending): void {
    this.outbox.value = again(this.outbox.value, pending.key)
    this.#queue(pending)
  }

  discard({ key }: Pending): void {
    this.outbox.value = drop(this.outbox.value, key)
  }

  /** Tries again what failed while the server could not be reached. */
  sendAgain(): void {
    for (const pending of this.outbox.value)
      if (passing.has(pending.failure ?? '')) this.retry(pending)
  }

  close(): void {
    this.#stop()
  }

  /** Forgets what waits, for one has signed out. */
  forget(): void {
    this.#stop()
    keep(`outbox.${this.#me}`, undefined, 'sessionStorage')
  }

  /** One after the other, so that they stand in the log as they were said. */
  #queue(pending: Pending): void {
    this.#sending = this.#sending.then(() => this.#send(pending))
  }

  async #send({ key, to, text }: Pending): Promise<void> {
    try {
      const onRetry = (error: ObrolError, inMs: number) => {
        this.outbox.value = delay(this.outbox.value, key, failureOf(error), Date.now() + inMs)
      }
      const options = { idempotencyKey: key, onRetry }
      const message =
        to === undefined
          ? await this.#client.broadcast(text, options)
          : await this.#client.direct(to, text, { ...options, whenOffline: 'keep' })
      this.outbox.value = settle(this.outbox.value, key, message)
      this.#onSent([message])
    } catch (error) {
      this.outbox.value = fail(this.outbox.value, key, failureOf(error))
    }
  }
}
