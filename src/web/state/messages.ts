import type { Message } from '../../client/index.ts'

/** Up to so many new messages are inserted one by one; more are sorted. */
const maxInsertions = 8

/**
 * Returns the messages ascending by id, each id once. Returns `held` itself if no message is new, so
 * that the caller sees that nothing changed.
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

/** The index of the first message with this id or a higher one. */
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

/** The messages from an id on; the same array if that is all of them. */
export function messagesFrom(messages: readonly Message[], id: number): readonly Message[] {
  const at = indexOfId(messages, id)
  return at === 0 ? messages : messages.slice(at)
}

function hasId(messages: readonly Message[], id: number): boolean {
  return messages[indexOfId(messages, id)]?.id === id
}
