/**
 * Keeps the tally of a room: whoever says `!poll` and a question there gets a reply that counts the
 * reactions to it, and is edited whenever they change. What was asked and reacted while it did not
 * run, it makes up for.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Message, ObrolClient, ObrolError } from 'obrol/client'

const {
  OBROL_URL = 'http://127.0.0.1:3000',
  BOT_NAME = 'tally-bot',
  BOT_PASSWORD = '',
  BOT_ROOM = 'polls',
  BOT_STATE = './tally-bot-state.json',
} = process.env

/** Where to go on, and the id of the reply to each poll, by the poll's id. */
interface Progress {
  cursor?: string
  replies: Record<number, number>
}

// A bot has time: what it says is sent until it is in the log, however long the server is away.
const client = new ObrolClient(OBROL_URL, { retryForMs: Number.POSITIVE_INFINITY })

async function comeIn(): Promise<string> {
  try {
    return (await client.login(BOT_NAME, BOT_PASSWORD)).user.username
  } catch (error) {
    if (!hasCode(error, 'unknown-user')) throw error
    return (await client.register(BOT_NAME, BOT_PASSWORD)).user.username
  }
}

/** The bot becomes a member of the room, and makes it if there is none. */
async function enterRoom(): Promise<void> {
  try {
    await client.rooms.join(BOT_ROOM)
  } catch (error) {
    if (!hasCode(error, 'unknown-room')) throw error
    await client.rooms.create({ name: BOT_ROOM })
  }
}

async function listen(me: string, progress: Progress): Promise<void> {
  for await (const event of client.events({ cursor: progress.cursor, presence: 'none' })) {
    if (event.type === 'ready') console.error(`${me} is listening`)
    if (event.type === 'message' && isPoll(event.message, me)) await reply(event.message, progress)
    if (event.type === 'reaction.added' || event.type === 'reaction.removed')
      await count(event.reaction.messageId, progress)
    if (event.type === 'reset') forget(event.reset.from, progress)
    // Only once it has been done: what is not yet remembered comes again.
    if ('cursor' in event && event.cursor !== undefined) progress.cursor = event.cursor
    remember(progress)
  }
}

function isPoll(message: Message, me: string): boolean {
  const { kind, from, text } = message
  return kind === 'room' && message.room === BOT_ROOM && from !== me && text.startsWith('!poll ')
}

/** The key is made from the message, so that there is one reply, also after a crash. */
async function reply({ id, sentAt }: Message, progress: Progress): Promise<void> {
  await attempt(async () => {
    const idempotencyKey = `tally-bot-${id}-${sentAt}`
    const options = { replyTo: id, idempotencyKey }
    progress.replies[id] = (await client.rooms.post(BOT_ROOM, tallyOf([]), options)).id
  })
  await count(id, progress)
}

/** Reads the reactions as they are now, so it does not matter how often it is called. */
async function count(poll: number, progress: Progress): Promise<void> {
  const replied = progress.replies[poll]
  if (replied === undefined) return
  await attempt(async () => {
    const { reactions = [] } = await client.message(poll)
    await client.editMessage(replied, { text: tallyOf(reactions) })
  })
}

/** The log may have gone back: replies past `from` are void, and others may have got their ids. */
function forget(from: number, progress: Progress): void {
  for (const [poll, replied] of Object.entries(progress.replies))
    if (replied > from) delete progress.replies[Number(poll)]
}

function tallyOf(reactions: NonNullable<Message['reactions']>): string {
  const counts = reactions.map(({ emoji, count }) => `${emoji} ${count}`)
  return `Tally: ${counts.join(', ') || 'no reactions yet'}`
}

/** A message may be deleted, or the room archived: then the bot goes on. */
async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof ObrolError) || error.code === 'unauthorized') throw error
    console.error(`not counted: ${error.message}`)
  }
}

function hasCode(error: unknown, code: ObrolError['code']): boolean {
  return error instanceof ObrolError && error.code === code
}

function recall(): Progress {
  return existsSync(BOT_STATE) ? JSON.parse(readFileSync(BOT_STATE, 'utf8')) : { replies: {} }
}

/** Whole or not at all. */
function remember(progress: Progress): void {
  writeFileSync(`${BOT_STATE}.new`, JSON.stringify(progress))
  renameSync(`${BOT_STATE}.new`, BOT_STATE)
}

try {
  const me = await comeIn()
  await enterRoom()
  await listen(me, recall())
} catch (error) {
  if (!(error instanceof ObrolError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
