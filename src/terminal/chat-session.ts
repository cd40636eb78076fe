import type { EndReason, ObrolClient } from '../client/index.ts'
import { CommandRunner } from './command-runner.ts'
import { type ExitStatus, exitStatus } from './describe-error.ts'
import { formatEndReason, formatError } from './format.ts'
import { showFailure } from './show-failure.ts'
import { StreamListener } from './stream-listener.ts'
import type { View } from './view.ts'
import { withTimeout } from './with-timeout.ts'

/** A server that does not answer cannot keep anyone: one leaves after this, in ms. */
const leaveTimeoutMs = 2_000

/** The stay of someone who is logged in: their stream is told, their lines are carried out. */
export class ChatSession {
  /** Their name, as it was registered. */
  readonly me: string
  readonly listener: StreamListener
  readonly commands: CommandRunner
  /** Resolves once the visit has ended: the person left, or the server ended it. */
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
    this.commands = new CommandRunner(client, view, { me, signal, leave: () => this.leave() })
    this.ended = this.listener.run(signal).then(
      (reason) => this.#onStreamEnd(reason),
      (error) => showFailure(view, error),
    )
  }

  /** The session is over, which may not have been this person's doing. */
  #onStreamEnd(reason: EndReason | undefined): ExitStatus {
    if (this.#isLeaving) return exitStatus.done
    this.#view.showError(formatError(formatEndReason(reason)))
    return exitStatus.refused
  }

  /** Leaves the room and gives the session up. */
  async leave(): Promise<void> {
    this.#isLeaving = true
    // What one said last is on its way back, and is to be seen.
    await withTimeout(
      leaveTimeoutMs,
      this.listener.whenShown(this.commands.newestSentId),
      this.ended,
    )
    try {
      await this.#client.logout({ signal: AbortSignal.timeout(leaveTimeoutMs) })
    } catch {
      // The server notices by itself that one is gone, and the session ends in time.
    }
    this.#abortController.abort()
    await this.ended
  }
}
