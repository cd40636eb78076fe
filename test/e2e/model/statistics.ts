/** What has to happen, by what counts it. */
const dues = {
  posts: ['broadcast', 'direct', 'room', 'reply', 'metadata', 'mention'],
  changes: [
    ...['joined', 'left', 'role', 'room-updated', 'room-deleted', 'ban', 'unban', 'updated'],
    ...['deleted', 'reacted', 'unreacted', 'nothing'],
  ],
  refusals: [
    ...['unknown-room', 'unknown-person', 'forbidden', 'not-a-member', 'not-found', 'last-owner'],
    ...['room-name-taken', 'cannot-open', 'message-deleted', 'room-archived'],
  ],
  events: [
    ...['message', 'message.updated', 'message.deleted', 'reaction.added', 'reaction.removed'],
    ...['room.joined', 'room.left', 'room.updated', 'room.deleted', 'member.joined', 'member.left'],
    ...['member.updated', 'read', 'typing'],
  ],
  pages: [
    ...['page', 'of a room', 'tombstone', 'reactions', 'unknown-room', 'unknown-recipient'],
    ...['by id 200', 'by id 404', 'by id 410'],
  ],
  conversations: [
    ...['marked', 'moved', 'muted', 'typed', 'unread', 'mentioned', 'further page', 'stale-cursor'],
    ...['not-a-member', 'unknown-room', 'unknown-recipient'],
  ],
  resets: ['trimmed', 'ahead', 'rewound', 'new-epoch', 'amid'],
  answers: [
    ...['replayed', 'room replayed', 'idempotency-key-reused', 'unauthorized', 'invalid-request'],
    ...['unknown-recipient', 'recipient-offline', 'unknown-room', 'not-a-member', 'room-archived'],
  ],
}

/** What a test counted. */
export class Statistics {
  runs = 0
  commands = 0
  /** Messages in the log, over all runs. */
  messages = 0
  streams = 0
  /** Streams opened with the last cursor of the one before. */
  resumes = 0
  /** Messages by kind, and with what. */
  posts: Record<string, number> = {}
  /** Entries that changed something, by kind. */
  changes: Record<string, number> = {}
  /** Changes that were refused, by the code. */
  refusals: Record<string, number> = {}
  /** Events of the log that came to streams, by name. */
  events: Record<string, number> = {}
  /** What came of pages, and of messages by id. */
  pages: Record<string, number> = {}
  /** What came of markers, of typing and of the lists of conversations. */
  conversations: Record<string, number> = {}
  restarts = 0
  restores = 0
  trims = 0
  /** By reason; `amid` are those in mid-stream. */
  resets: Record<string, number> = {}
  /** Posts that came to something else than a new message. */
  answers: Record<string, number> = {}

  /** What has to happen and did not. */
  missing(): string[] {
    const happened = Object.entries(this).flatMap(([name, value]) => {
      if (typeof value === 'number') return value > 0 ? [name] : []
      return Object.keys(value).map((each) => `${name} ${each}`)
    })
    const due = Object.entries(dues).flatMap(([name, each]) => each.map((one) => `${name} ${one}`))
    return ['restarts', 'restores', 'trims', 'resumes', ...due].filter(
      (one) => !happened.includes(one),
    )
  }

  count(of: Record<string, number>, name: string): void {
    of[name] = (of[name] ?? 0) + 1
  }

  toString(): string {
    return Object.entries(this)
      .map(([name, value]) => `${name} ${typeof value === 'number' ? value : list(value)}`)
      .join(', ')
  }
}

function list(counts: Record<string, number>): string {
  const words = Object.entries(counts).map(([name, count]) => `${name} ${count}`)
  return `(${words.join(', ')})`
}
