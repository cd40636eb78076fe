import type { OnlinePage, Presence, Ready } from '../../client/index.ts'

/** Who is online, as far as it is told. */
export interface OnlineUsers {
  /** By name. */
  readonly names: readonly string[]
  /** How many there are in all; more than `names` where there are very many. */
  readonly count: number
  /** The names are not those of now: the list has to be read. */
  readonly stale: boolean
}

export const noUsers: OnlineUsers = { names: [], count: 0, stale: false }

/** As a stream begins. */
export function usersFromReady({ online, onlineCount }: Ready): OnlineUsers {
  return { names: sorted(online ?? []), count: onlineCount, stale: online === undefined }
}

/** People came and went. */
export function applyPresence(
  people: OnlineUsers,
  { joined, left, onlineCount, resync }: Presence,
): OnlineUsers {
  const gone = new Set(left)
  const names = new Set([...people.names.filter((name) => !gone.has(name)), ...joined])
  return {
    names: sorted([...names]),
    count: onlineCount,
    stale: people.stale || resync === true,
  }
}

/** As the list says. */
export function usersFromPage({ users, count }: OnlinePage): OnlineUsers {
  return { names: sorted(users.map(({ username }) => username)), count, stale: false }
}

const collator = new Intl.Collator('en', { sensitivity: 'base' })

function sorted(names: readonly string[]): string[] {
  return [...names].sort(collator.compare)
}
