import type { Message } from '../../client/index.ts'

/** The longest run that `merge` looks at one by one from the newest; past that it sorts. */
const maxInsertions = 8

/**
 * Two runs of messages as one: ascending by id, each id once. Gives back `held` itself where
 * nothing is new, so that who looks at it sees that nothing has changed.
 *
 * @param held ascending
 * @param more in any order
 */
export function mergeMessages(
  held: readonly Message[],
  more: readonly Message[],
): readonly Message[] {
  const fresh = more.filter((message) => !hasId(held, message.id))
  if (fresh.length === 0) return held
  if (fresh.length > maxInsertions) {
    const all = new Map([...held, ...fresh].map((message) => [message.id, message]))
    return [...all.values()].sort((a, b) => a.id - b.id)
  }
  let all = held
  for (const message of fresh) {
    const at = indexOfId(all, message.id)
    if (all[at]?.id !== message.id) all = all.toSpliced(at, 0, message)
  }
  return all
}

/** Where the first message with this id or a higher one stands, in an ascending run. */
function indexOfId(messages: readonly Message[], id: number): number {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((messages[middle] as Message).id < id) low = middle + 1
    else high = middle
  }
  return low
}

/** Those from an id on; the same run where that is all of them. */
export function messagesFrom(messages: readonly Message[], id: number): readonly Message[] {
  const at = indexOfId(messages, id)
  return at === 0 ? messages : messages.slice(at)
}

function hasId(messages: readonly Message[], id: number): boolean {
  return messages[indexOfId(messages, id)]?.id === id
}
