import type { EndReason, ObrolClient } from '../client/index.ts'
import { CommandRunner } from './command-runner.ts'
import { showFailure } from './describe-error.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { formatEndReason, formatError } from './format.ts'
import { StreamListener } from './stream-listener.ts'
import type { View } from './view.ts'

/** How long commands wait for the stream to be live, in ms. */
const readyTimeoutMs = 10_000

/** How long leaving waits for the server, in ms. */
const leaveTimeoutMs = 2_000

/** A logged-in user: shows the stream and runs commands. */
export class ChatSession {
  /** The username as it was registered. */
  readonly me: string
  readonly listener: StreamListener
  readonly commands: CommandRunner
  /** Resolves once the user has left or the server has ended the session. */
  readonly ended: Promise<ExitStatus>
  readonly #client: ObrolClient
  readonly #view: View
  readonly #abortController = new AbortController()
  #isLeaving = false

  constructor(client: ObrolClient, view: View, me: string) {
    const { signal } = this.#abortController
    this.#client = client
    this.#view = view
    this.me = me
    this.listener = new StreamListener(client, view, me)
    const { ownMessages, knownRooms } = this.listener
    const leave = () => this.leave()
    this.commands = new CommandRunner(client, view, { me, signal, leave, ownMessages, knownRooms })
    this.ended = this.listener.run(signal).then(
      (reason) => this.#onStreamEnd(reason),
      (error) => showFailure(view, error),
    )
  }

  /** Resolves once the stream is live, at the end of the session, or after a timeout. */
  whenReady(): Promise<void> {
    return this.#waitFor(this.listener.ready, readyTimeoutMs)
  }

  /** Logs out, once all that the user did was shown. */
  async leave(): Promise<void> {
    this.#isLeaving = true
    await this.#waitFor(this.listener.whenShown(this.commands.newestSentId), leaveTimeoutMs)
    try {
      await this.#client.logout({ signal: AbortSignal.timeout(leaveTimeoutMs) })
      // The server ends the stream after all that happened before.
      await this.#waitFor(new Promise(() => {}), leaveTimeoutMs)
    } catch {
      // The server notices the closed stream, and the session expires.
    }
    this.#abortController.abort()
    await this.ended
  }

  #onStreamEnd(reason: EndReason | undefined): ExitStatus {
    if (this.#isLeaving) return exitStatus.done
    this.#view.showError(formatError(formatEndReason(reason)))
    return exitStatus.refused
  }

  async #waitFor(promise: Promise<void>, timeoutMs: number): Promise<void> {
    const { promise: timeout, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeoutMs)
    await Promise.race([promise, this.ended, timeout])
    clearTimeout(timer)
  }
}
