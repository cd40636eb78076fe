import type { EndReason, Message, Reset } from '../client/index.ts'
import { type ChatCommand, loginCommands } from './commands.ts'
import type { Segment } from './palette.ts'
import type { Paragraph } from './paragraph.ts'
import { safeLine, safeLines } from './safe-text.ts'

/** How messages are told. */
export interface MessageFormat {
  /** The name of who reads it. */
  me: string
  /** Whether the time, and to whom a direct message went, stand before it. */
  detailed: boolean
}

/** `14:02 [ann] : hi`, or in short `[ann] : hi`. */
export function formatMessage(
  message: Message,
  { me, detailed }: MessageFormat,
  now = new Date(),
): Paragraph {
  const head = formatName(message.from, message.from === me ? 'self' : 'person')
  if (!detailed) return { head, lines: safeLines(message.text) }
  const time = formatTime(new Date(message.sentAt), now)
  const before: Segment[] = [{ text: `${time} `, style: 'faint' }]
  if (message.kind === 'direct') {
    const to = message.to === me ? 'you' : safeLine(message.to)
    before.push({ text: `(to ${to}) `, style: 'private' })
  }
  return { head: [...before, ...head], lines: safeLines(message.text) }
}

/** What stands before a person's words, and before one's own while one types them. */
export function formatName(name: string, style: 'self' | 'person'): Segment[] {
  return [
    { text: '[', style: 'plain' },
    { text: safeLine(name), style },
    { text: '] : ', style: 'plain' },
  ]
}

export function formatJoined(name: string): Paragraph {
  return { head: [], lines: [`${safeLine(name)} entered`], style: 'arrival' }
}

export function formatLeft(name: string): Paragraph {
  return { head: [], lines: [`${safeLine(name)} left`], style: 'faint' }
}

/** Something about the room or the line, in our own words. */
export function formatNotice(...lines: string[]): Paragraph {
  return { head: [], lines: lines.map(safeLine), style: 'faint' }
}

export function formatError(...lines: string[]): Paragraph {
  return { head: [], lines: lines.flatMap(safeLines), style: 'refusal' }
}

/** What to do about a first line that is no way in: it ends the chat. */
export function formatLoginError(why: string): Paragraph[] {
  return [
    formatError(`${why}; there are:`),
    ...formatCommands(loginCommands),
    formatError(
      'This chat is over. Start it again, then: regist NAME (a new name) or login NAME (yours).',
    ),
  ]
}

/** Why one is out of the room, who did not leave. */
export function formatEndReason(reason: EndReason | undefined): string {
  if (reason === 'session-expired') return 'your session is over: log in again'
  if (reason === 'banned') return 'this server has banned you'
  return 'your session was ended from elsewhere: log in again'
}

/** Who is online, one name a line. */
export function formatNames(names: readonly string[]): Paragraph[] {
  return names.map((name) => ({ head: [], lines: [safeLine(name)] }))
}

/** The commands, each with what it does. */
export function formatCommands(
  commands: Record<string, Pick<ChatCommand, 'usage' | 'summary'>>,
): Paragraph[] {
  const all = Object.values(commands)
  const width = Math.max(...all.map(({ usage }) => usage.length))
  return all.map(({ usage, summary }) => ({
    head: [{ text: `  ${usage.padEnd(width)}  `, style: 'plain' }],
    lines: [summary],
    style: 'faint',
  }))
}

/** What it means for what one has read that the log is not what it was. */
export function formatReset({ reason, from, oldest }: Reset): string {
  if (reason === 'trimmed')
    return 'some of what was said meanwhile is gone: the server does not keep it for so long'
  const gap = oldest > from + 1 ? '; some of what came before is gone too' : ''
  return `the server has gone back to an older state: what you read last may be void${gap}`
}

/** The time, and the day where it is not today's. In the zone of the reader. */
function formatTime(time: Date, now: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`
  if (time.toDateString() === now.toDateString()) return clock
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`
}
