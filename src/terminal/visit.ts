import type { EndReason, ObrolClient } from '../client/index.ts'
import { tellFailure } from './failure.ts'
import { Listening } from './listening.ts'
import { type Status, status } from './refusals.ts'
import { Talking } from './talking.ts'
import { endTold, refused } from './tellings.ts'
import type { View } from './view.ts'
import { within } from './within.ts'

/** A server that does not answer cannot keep anyone: one leaves after this, in ms. */
const farewellMs = 2_000

/** The stay of someone who is logged in: their stream is told, their lines are carried out. */
export class Visit {
  /** Their name, as it was registered. */
  readonly me: string
  readonly listening: Listening
  readonly talking: Talking
  /** Resolves once the visit has ended: the person left, or the server ended it. */
  readonly over: Promise<Status>
  readonly #client: ObrolClient
  readonly #view: View
  readonly #ended = new AbortController()
  #isLeaving = false

  constructor(client: ObrolClient, view: View, me: string) {
    const { signal } = this.#ended
    this.#client = client
    this.#view = view
    this.me = me
    this.listening = new Listening(client, view, me)
    this.talking = new Talking(client, view, { me, signal, leave: () => this.leave() })
    this.over = this.listening.follow(signal).then(
      (reason) => this.#farewell(reason),
      (error) => tellFailure(view, error),
    )
  }

  /** The session is over, which may not have been this person's doing. */
  #farewell(reason: EndReason | undefined): Status {
    if (this.#isLeaving) return status.done
    this.#view.refuse(refused(endTold(reason)))
    return status.refused
  }

  /** Leaves the room and gives the session up. */
  async leave(): Promise<void> {
    this.#isLeaving = true
    // What one said last is on its way back, and is to be seen.
    await within(farewellMs, this.listening.told(this.talking.newest), this.over)
    try {
      await this.#client.logout({ signal: AbortSignal.timeout(farewellMs) })
    } catch {
      // The server notices by itself that one is gone, and the session ends in time.
    }
    this.#ended.abort()
    await this.over
  }
}
