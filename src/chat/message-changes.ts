import { fullyQualifiedEmoji } from '../names/emoji.ts'
import type { ChangeCommand, ChangeRefusal } from '../store/message-changes.ts'
import type { MessageEntry, MessageLog } from '../store/message-log.ts'
import type { Session } from '../store/session-store.ts'
import { notAccepted } from './blocks.ts'
import { invalidParameter } from './field-errors.ts'
import { mentionCandidates } from './mentions.ts'
import { checkInput, type EditInput, type InputLimits } from './message-input.ts'
import { Problem, type ProblemCode } from './problems.ts'
import { roomRefusals } from './room-problems.ts'
import { sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'

export interface MessageChangesOptions extends InputLimits {
  store: { log: Pick<MessageLog, 'change'> }
  /** How long a message may be edited; 0: for ever. */
  editMinutes: number
}

/**
 * Editing and deleting messages, and reacting to them. `store/message-changes.ts` says who may do what.
 *
 * The methods that `parse` need no store and throw a `Problem` `invalid-request`. The others throw
 * `not-found` where the caller may not see the message; `forbidden`, `unauthorized`, `unavailable`,
 * `outcome-unknown`.
 */
export class MessageChanges {
  readonly #options: MessageChangesOptions

  constructor(options: MessageChangesOptions) {
    this.#options = options
  }

  parseEdit(id: number, input: EditInput): ChangeCommand & { kind: 'edit' } {
    checkInput(input, this.#options)
    const { text, metadata } = input
    const { editMinutes } = this.#options
    return {
      kind: 'edit',
      id,
      text: text === undefined ? undefined : { value: text, mentions: mentionCandidates(text) },
      metadata: metadata ? JSON.stringify(metadata) : metadata,
      maxAgeMs: editMinutes === 0 ? undefined : editMinutes * 60_000,
    }
  }

  /** @param kind whether the reaction is to be there from then on */
  parseReaction(
    kind: 'react' | 'unreact',
    id: number,
    emoji: string,
  ): ChangeCommand & { emoji: string } {
    const known = fullyQualifiedEmoji(emoji)
    if (known !== undefined) return { kind, id, emoji: known }
    throw invalidParameter('emoji', 'must be one emoji that Unicode recommends, percent-encoded')
  }

  /**
   * Carries out what was parsed. @returns the message as it is now
   *
   * @throws {Problem} also `not-a-member`, `not-accepted`, `room-archived`, `message-deleted`, `too-late`,
   *   `too-many-reactions`
   */
  async change(caller: Session, command: ChangeCommand): Promise<MessageEntry> {
    const outcome = await mapStoreErrors(this.#options.store.log.change(caller.id, command))
    if (outcome.kind === 'done') return outcome.message
    if (outcome.kind === 'session-ended') throw sessionEnded()
    throw new Problem(...changeRefusals[outcome.kind])
  }

  /** Deletes a message, and does nothing where it is deleted already. */
  async delete(caller: Session, id: number): Promise<void> {
    await this.change(caller, { kind: 'delete', id })
  }
}

/** What clients are told where a message, or what the store knows of it, stands against a call. */
export const changeRefusals: Readonly<
  Record<Exclude<ChangeRefusal, 'session-ended'>, readonly [ProblemCode, string]>
> = {
  'unknown-message': ['not-found', 'There is no such message, or not for you to see.'],
  banned: roomRefusals.banned,
  'not-sender': ['forbidden', 'Only the sender may edit a message.'],
  'not-sender-or-moderator': [
    'forbidden',
    'Only the sender may delete a message, and in a room its moderators and owners.',
  ],
  'not-a-member': roomRefusals['not-a-member'],
  'not-accepted': notAccepted,
  'room-archived': ['room-archived', 'Nothing can change in this room while it is archived.'],
  'message-deleted': ['message-deleted', 'This message was deleted.'],
  'too-late': ['too-late', 'This message is too old to be edited.'],
  'too-many-reactions': [
    'too-many-reactions',
    'This message has 20 different reactions. Use one of them.',
  ],
}
