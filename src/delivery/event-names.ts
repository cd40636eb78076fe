/** The events that a stream can leave out. */
const selectable = [
  'message',
  'message.updated',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
  'room.joined',
  'room.left',
  'member.joined',
  'member.left',
  'member.updated',
  'room.updated',
  'room.deleted',
  'presence',
  'typing',
  'read',
] as const

/** The events that every stream has. */
const always = ['ready', 'heartbeat', 'reset', 'bye'] as const

export type EventName = (typeof selectable | typeof always)[number]

const known: ReadonlySet<string> = new Set([...selectable, ...always])

/** The rule for the parameter `events`, worded for a client that broke it. */
export const eventsRule = `must be names of events, separated by commas; they are ${[...known].join(', ')}`

export function areEventNames(text: string): boolean {
  return text.split(',').every((name) => known.has(name))
}

/** Which of the events that can be left out a valid parameter `events` names; undefined: all of them. */
export function parseEvents(text: string): ReadonlySet<string> | undefined {
  const names = text.split(',')
  const wanted = new Set<string>(selectable.filter((name) => names.includes(name)))
  return wanted.size === selectable.length ? undefined : wanted
}
