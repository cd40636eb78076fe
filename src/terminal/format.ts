import type { EndReason, Message, Reset } from '../client/index.ts'
import { type ChatCommand, loginCommands } from './commands.ts'
import type { Segment } from './palette.ts'
import type { Paragraph } from './paragraph.ts'
import { safeLine, safeLines } from './safe-text.ts'

export interface MessageFormat {
  /** The reader's name. */
  me: string
  /** With the time, and with the recipient of a direct message. */
  detailed: boolean
}

/**
 * `14:02 [ann] : hi`, or without details `[ann] : hi`; in a room `[ann @ tea] : hi`. Undefined for a
 * message of a kind that is not known: it must not look like one to everyone.
 */
export function formatMessage(
  message: Message,
  { me, detailed }: MessageFormat,
  now = new Date(),
): Paragraph | undefined {
  if (!['broadcast', 'direct', 'room'].includes(message.kind)) return undefined
  const room = message.kind === 'room' ? message.room : undefined
  const head = formatName(message.from, message.from === me ? 'self' : 'person', room)
  const body: Pick<Paragraph, 'lines' | 'style'> = message.deletedAt
    ? { lines: ['(deleted)'], style: 'faint' }
    : { lines: safeLines(message.text) }
  if (!detailed) return { head, ...body }
  const time = formatTime(new Date(message.sentAt), now)
  const before: Segment[] = [{ text: `${time} `, style: 'faint' }]
  if (message.kind === 'direct') {
    const to = message.to === me ? 'you' : safeLine(message.to)
    before.push({ text: `(to ${to}) `, style: 'private' })
  }
  return { head: [...before, ...head], ...body }
}

/** Stands before a user's messages, and is the prompt of the reader. */
export function formatName(name: string, style: 'self' | 'person', room?: string): Segment[] {
  return [
    { text: '[', style: 'plain' },
    { text: safeLine(name), style },
    { text: room === undefined ? '] : ' : ` @ ${safeLine(room)}] : `, style: 'plain' },
  ]
}

export function formatJoined(name: string): Paragraph {
  return { head: [], lines: [`${safeLine(name)} entered`], style: 'arrival' }
}

export function formatLeft(name: string): Paragraph {
  return { head: [], lines: [`${safeLine(name)} left`], style: 'faint' }
}

/** A message of the program itself. */
export function formatNotice(...lines: string[]): Paragraph {
  return { head: [], lines: lines.map(safeLine), style: 'faint' }
}

export function formatError(...lines: string[]): Paragraph {
  return { head: [], lines: lines.flatMap(safeLines), style: 'refusal' }
}

/** An invalid line at the login prompt ends the chat. */
export function formatLoginError(why: string): Paragraph[] {
  return [
    formatError(`${why}; the commands are:`),
    ...formatCommands(loginCommands),
    formatError('The chat has ended. Start it again, then use regist NAME or login NAME.'),
  ]
}

/** Why the session ended, if the user did not leave. */
export function formatEndReason(reason: EndReason | undefined): string {
  if (reason === 'session-expired') return 'your session has expired: log in again'
  if (reason === 'banned') return 'this server has banned you'
  return 'your session was ended from elsewhere: log in again'
}

/** One name a line. */
export function formatNames(names: readonly string[]): Paragraph[] {
  return names.map((name) => ({ head: [], lines: [safeLine(name)] }))
}

/** The commands with their summaries, in two columns. */
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

/** What the reset of the log means for the messages that were shown. */
export function formatReset({ reason, from, oldest }: Reset): string {
  if (reason === 'trimmed') return 'some messages are missing: the server has already deleted them'
  const gap = oldest > from + 1 ? '; some older messages are missing' : ''
  return `the server was reset to an older state: the last messages may be void${gap}`
}

/** The local time, with the date if it is not today. */
export function formatTime(time: Date, now: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`
  if (time.toDateString() === now.toDateString()) return clock
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`
}
