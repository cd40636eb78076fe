import type { ReadMarker, TypingSignal } from '../conversation-store.ts'
import type { PresentSession } from '../presence-store.ts'
import { toAccount } from '../rows.ts'
import type { RenewedSession } from '../session-store.ts'
import type { StoreUpdate } from '../store.ts'
import { toConversationRef } from './conversations/conversation-queries.ts'
import type {
  AccountChange,
  ConversationChange,
  PollResult,
  SessionChange,
} from './read-changes.ts'

type Changes = Pick<
  StoreUpdate,
  'ended' | 'renewed' | 'accounts' | 'entered' | 'left' | 'read' | 'typing'
>

/**
 * What a node has applied of the table `changes`, which has what is not in the log: up to which change, and who
 * is present by then. The sessions of dead nodes leave as in `node-lease.ts`.
 */
export class AppliedChanges {
  /** The newest change that was applied; -1 if all present sessions must be read again. */
  changeSeq = -1
  #present = new Map<number, PresentSession>()

  presentSessions(): PresentSession[] {
    return [...this.#present.values()].sort((one, other) => one.session - other.session)
  }

  /**
   * Applies the changes after `changeSeq`. If some of them were deleted already, or the sequence went
   * back, the next poll reads all present sessions. Markers and who is typing are not read again: nothing
   * is told of what happened before.
   */
  applyPoll({ present, changes, oldestChangeSeq, newestChangeSeq }: PollResult): Changes {
    const none: Changes = {
      ended: [],
      renewed: [],
      accounts: [],
      entered: [],
      left: [],
      read: [],
      typing: [],
    }
    if (present !== null) {
      this.changeSeq = newestChangeSeq
      return { ...none, ...this.#replaceAll(present) }
    }
    if (oldestChangeSeq > this.changeSeq + 1 || newestChangeSeq < this.changeSeq) {
      this.changeSeq = -1
      return none
    }
    this.changeSeq = changes.at(-1)?.seq ?? this.changeSeq
    return {
      ...this.#applySessions(changes.filter(isOfSession)),
      ...toConversationUpdate(changes.filter(isOfConversation)),
      accounts: changes.filter(isOfAccount).map(({ account }) => toAccount(account)),
    }
  }

  #replaceAll(present: PresentSession[]): Pick<Changes, 'entered' | 'left'> {
    const previous = this.#present
    this.#present = new Map(present.map((one) => [one.session, one]))
    return {
      entered: present.filter(({ session }) => !previous.has(session)),
      left: [...previous.keys()].filter((session) => !this.#present.has(session)),
    }
  }

  /** A session that left and entered again in between counts as neither. */
  #applySessions(
    changes: SessionChange[],
  ): Pick<Changes, 'ended' | 'renewed' | 'entered' | 'left'> {
    const ended: number[] = []
    const renewed: RenewedSession[] = []
    const presentBefore = new Map<number, boolean>()
    for (const { kind, session, person, since } of changes) {
      if (kind === 'ended') {
        ended.push(session)
        continue
      }
      if (kind === 'renewed') {
        renewed.push({ session, expiresAt: since })
        continue
      }
      if (!presentBefore.has(session)) presentBefore.set(session, this.#present.has(session))
      if (kind === 'entered') this.#present.set(session, { session, person, since })
      else this.#present.delete(session)
    }
    const entered: PresentSession[] = []
    const left: number[] = []
    for (const [session, wasPresent] of presentBefore) {
      const present = this.#present.get(session)
      if (present && !wasPresent) entered.push(present)
      if (!present && wasPresent) left.push(session)
    }
    return { ended, renewed, entered, left }
  }
}

type Change = PollResult['changes'][number]

function isOfConversation(change: Change): change is ConversationChange {
  return change.kind === 'read' || change.kind === 'typing'
}

function isOfAccount(change: Change): change is AccountChange {
  return change.kind === 'user-updated'
}

function isOfSession(change: Change): change is SessionChange {
  return !isOfConversation(change) && !isOfAccount(change)
}

function toConversationUpdate(changes: ConversationChange[]): Pick<Changes, 'read' | 'typing'> {
  const read: ReadMarker[] = []
  const typing: TypingSignal[] = []
  for (const change of changes) {
    const { person, upTo, room, other } = change
    const ref = toConversationRef(room, other)
    if (change.kind === 'read') read.push({ account: person.id, ref, upTo })
    else typing.push({ by: person, ref })
  }
  return { read, typing }
}
