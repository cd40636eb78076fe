import { nameForms } from '../names/name-forms.ts'
import type { Account } from '../store/person.ts'
import type { Session } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'
import { fieldErrors, throwIfInvalid } from './field-errors.ts'
import { Problem } from './problems.ts'
import { mutedProblem, type RestrictionReader } from './restrictions.ts'
import { sessionEnded } from './sessions.ts'
import { mapStoreErrors } from './store-problems.ts'
import { checkDisplayName } from './text-rules.ts'
import { isReserved } from './usernames.ts'

/** How often a display name can be changed, in ms. */
const minIntervalMs = 60_000

export interface ProfileChanges {
  /** Null takes it away. */
  displayName?: string | null | undefined
}

/** What people say of themselves. */
export class OwnProfile {
  readonly #store: Pick<Store, 'accounts'> & RestrictionReader

  constructor(store: Pick<Store, 'accounts'> & RestrictionReader) {
    this.#store = store
  }

  /** Checks changes as far as that needs no store. @throws {Problem} `invalid-request` */
  check({ displayName }: ProfileChanges): void {
    if (typeof displayName !== 'string') return
    const wrong = checkDisplayName(displayName)
    throwIfInvalid(
      fieldErrors('displayName', wrong ?? (isReserved(displayName) ? notAnothers : undefined)),
    )
  }

  /**
   * Changes the caller's display name, which it may do once a minute. To give the same one again is free.
   *
   * @throws {Problem} as `check`, and `muted`, `too-many-requests`, `unauthorized`, `unavailable`, `outcome-unknown`
   */
  async update(caller: Session, changes: ProfileChanges): Promise<Account> {
    this.check(changes)
    const { displayName } = changes
    if (displayName === undefined) return caller.account
    const outcome = await mapStoreErrors(
      this.#store.accounts.setDisplayName(
        { kind: 'session', session: caller.id },
        {
          displayName,
          displayKey: displayName === null ? null : nameForms(displayName).key,
          skeletons: displayName === null ? [] : nameForms(displayName).skeletons,
          minIntervalMs,
        },
      ),
    )
    if (outcome === 'session-ended') throw sessionEnded()
    if (outcome === 'muted') throw await mutedProblem(this.#store, caller.account.id)
    if (outcome === 'looks-like-another') throwIfInvalid(fieldErrors('displayName', notAnothers))
    if (outcome === 'too-soon')
      throw new Problem('too-many-requests', 'A display name can be changed once a minute.', {
        retryAfter: minIntervalMs / 1000,
      })
    return outcome as Account
  }
}

const notAnothers = 'must not look like the username of someone else, or one that is reserved'
