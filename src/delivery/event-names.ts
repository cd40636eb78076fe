/** The events that a stream can leave out. */
const selectable = [
  'message',
  'message.updated',
  'message.deleted',
  // No event is called so yet; a client may name it already.
  'messages.erased',
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
  'user.updated',
] as const

/** The events that every stream has. */
const always = ['ready', 'heartbeat', 'reset', 'bye'] as const

export type EventName = (typeof selectable | typeof always)[number]

const bits = new Map<EventName, EventSet>(selectable.map((name, index) => [name, 1 << index]))

const known: ReadonlySet<string> = new Set([...selectable, ...always])

/** The rule for the parameter `events`, worded for a client that broke it. */
export const eventsRule = `must be names of events, separated by commas; they are ${[...known].join(', ')}`

export function areEventNames(text: string): boolean {
  return text.split(',').every((name) => known.has(name))
}

/** A set of the events that a stream can leave out, a bit for each: equal sets are the same number. */
export type EventSet = number

export const allEvents: EventSet = 2 ** selectable.length - 1

/** @returns the set of one event; empty for those that every stream has */
export function eventSetOf(name: EventName): EventSet {
  return bits.get(name) ?? 0
}

/** The events that a valid parameter `events` names, of those that can be left out. */
export function parseEvents(text: string): EventSet {
  return (text.split(',') as EventName[]).reduce((set, name) => set | eventSetOf(name), 0)
}

/** Whether the event is in the set. */
export function hasEvent(set: EventSet, name: EventName): boolean {
  return (set & eventSetOf(name)) !== 0
}

/** A set without one of its events. */
export function withoutEvent(set: EventSet, name: EventName): EventSet {
  return set & ~eventSetOf(name)
}

/** Those that tell of no entry of the log. */
const ofNoEntry = ['presence', 'typing', 'read', 'user.updated'].reduce(
  (set, name) => set | eventSetOf(name as EventName),
  0,
)

/** Whether an event of the set tells of an entry of the log. */
export function tellsOfEntries(set: EventSet): boolean {
  return (set & ~ofNoEntry) !== 0
}
