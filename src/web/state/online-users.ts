import type { OnlinePage, Presence, Ready } from '../../client/index.ts'

/** The online users, as far as the server lists them. */
export interface OnlineUsers {
  /** Sorted. */
  readonly names: readonly string[]
  /** The total, which is more than `names` if there are very many. */
  readonly count: number
  /** The names are outdated: the list has to be loaded. */
  readonly stale: boolean
}

export const noUsers: OnlineUsers = { names: [], count: 0, stale: false }

export function usersFromReady({ online, onlineCount }: Ready): OnlineUsers {
  return { names: sorted(online ?? []), count: onlineCount, stale: online === undefined }
}

export function applyPresence(
  users: OnlineUsers,
  { joined, left, onlineCount, resync }: Presence,
): OnlineUsers {
  const gone = new Set(left)
  const names = new Set([...users.names.filter((name) => !gone.has(name)), ...joined])
  return {
    names: sorted([...names]),
    count: onlineCount,
    stale: users.stale || resync === true,
  }
}

export function usersFromPage({ users, count }: OnlinePage): OnlineUsers {
  return { names: sorted(users.map(({ username }) => username)), count, stale: false }
}

const collator = new Intl.Collator('en', { sensitivity: 'base' })

function sorted(names: readonly string[]): string[] {
  return [...names].sort(collator.compare)
}
