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
