/**
 * Answers `!time`, said to everyone or to it alone, with the time at which it was asked. It remembers
 * in a file how far it has read: killed and started again, it answers what was asked meanwhile, and
 * nothing twice.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type Message, ObrolClient, ObrolError } from 'obrol/client'

const {
  OBROL_URL = 'http://127.0.0.1:3000',
  BOT_NAME = 'time-bot',
  BOT_PASSWORD = '',
  BOT_STATE = './time-bot-state.json',
} = process.env

/** Where to go on: the last cursor, and the highest id that has been dealt with. */
interface Progress {
  cursor?: string
  seen: number
}

// A bot has time: whatever it says is sent until it is in the log, however long the server is away.
const client = new ObrolClient(OBROL_URL, { retryForMs: Number.POSITIVE_INFINITY })

async function comeIn(): Promise<string> {
  try {
    return (await client.login(BOT_NAME, BOT_PASSWORD)).user.username
  } catch (error) {
    if (!(error instanceof ObrolError) || error.code !== 'unknown-user') throw error
    return (await client.register(BOT_NAME, BOT_PASSWORD)).user.username
  }
}

async function listen(me: string, progress: Progress): Promise<void> {
  for await (const event of client.events({ cursor: progress.cursor, presence: 'none' })) {
    if (event.type === 'ready') console.error(`${me} is listening`)
    if (event.type === 'reconnecting') console.error(`cut off, back in ${event.inMs} ms`)
    // The log may have gone back, and ids past `from` may be given out again.
    if (event.type === 'reset') progress.seen = Math.min(progress.seen, event.reset.from)
    if (event.type === 'message' && event.message.id > progress.seen) {
      const { text, from, id } = event.message
      if (text === '!time' && from !== me) await answer(event.message)
      progress.seen = id
    }
    // Only once it has been done: what is not yet remembered comes again.
    if ('cursor' in event && event.cursor !== undefined) progress.cursor = event.cursor
    remember(progress)
  }
}

/**
 * An answer made from the message alone, under a key made from it, is the same after any crash. What is
 * said in rooms, and kinds of later versions, are left alone.
 */
async function answer({ id, kind, from, sentAt }: Message): Promise<void> {
  const text = `${from}, it is ${sentAt.slice(11, 19)} UTC`
  const idempotencyKey = `time-bot-${id}-${sentAt}`
  try {
    if (kind === 'broadcast') await client.broadcast(text, { idempotencyKey })
    else if (kind === 'direct')
      await client.direct(from, text, { idempotencyKey, whenOffline: 'keep' })
  } catch (error) {
    if (!(error instanceof ObrolError) || error.code === 'unauthorized') throw error
    console.error(`not said: ${error.message}`)
  }
}

function recall(): Progress {
  return existsSync(BOT_STATE) ? JSON.parse(readFileSync(BOT_STATE, 'utf8')) : { seen: 0 }
}

/** Whole or not at all. */
function remember(progress: Progress): void {
  writeFileSync(`${BOT_STATE}.new`, JSON.stringify(progress))
  renameSync(`${BOT_STATE}.new`, BOT_STATE)
}

try {
  await listen(await comeIn(), recall())
} catch (error) {
  if (!(error instanceof ObrolError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
