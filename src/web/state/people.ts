import type { ChatState } from '../../client/state/index.ts'
import { foldName, partnerOf } from './conversation-ids.ts'

/** Someone in the directory. */
export interface KnownPerson {
  readonly name: string
  readonly online: boolean
}

const collator = new Intl.Collator('en', { sensitivity: 'base' })

/**
 * The online users, and then those with whom the user wrote, by name: of these the first ones whose names
 * have the query in them.
 */
export function directory({ me, online, conversations }: ChatState, query = ''): KnownPerson[] {
  const names = new Set(online.names)
  for (const { id, last } of conversations.values()) {
    const partner = partnerOf(id)
    if (partner !== undefined && last) names.add(partner)
  }
  names.delete(me)
  const folded = foldName(query.trim())
  return [...names]
    .filter((name) => foldName(name).includes(folded))
    .map((name) => ({ name, online: online.names.has(name) }))
    .sort((a, b) => Number(b.online) - Number(a.online) || collator.compare(a.name, b.name))
}

/** The name as its owner writes it, if they are in the directory. */
export function knownName(state: ChatState, typed: string): string | undefined {
  const folded = foldName(typed.trim())
  return [state.me, ...directory(state).map(({ name }) => name)].find(
    (name) => foldName(name) === folded,
  )
}
