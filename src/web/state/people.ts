import type { OnlinePage, Presence, Ready } from '../../client/index.ts'

/** Who is online, as far as it is told. */
export interface People {
  /** By name. */
  readonly names: readonly string[]
  /** How many there are in all; more than `names` where there are very many. */
  readonly count: number
  /** The names are not those of now: the list has to be read. */
  readonly stale: boolean
}

export const nobody: People = { names: [], count: 0, stale: false }

/** As a stream begins. */
export function arrive({ online, onlineCount }: Ready): People {
  return { names: sorted(online ?? []), count: onlineCount, stale: online === undefined }
}

/** People came and went. */
export function change(people: People, { joined, left, onlineCount, resync }: Presence): People {
  const gone = new Set(left)
  const names = new Set([...people.names.filter((name) => !gone.has(name)), ...joined])
  return {
    names: sorted([...names]),
    count: onlineCount,
    stale: people.stale || resync === true,
  }
}

/** As the list says. */
export function listed({ users, count }: OnlinePage): People {
  return { names: sorted(users.map(({ username }) => username)), count, stale: false }
}

const collator = new Intl.Collator('en', { sensitivity: 'base' })

function sorted(names: readonly string[]): string[] {
  return [...names].sort(collator.compare)
}
