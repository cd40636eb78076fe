import t from 'tap'
import type {
  ChatMessagePage,
  ChatState,
  Conversation,
  ConversationSummary,
  MemberPage,
  Reaction,
  Room,
} from '../../../src/client/state/index.ts'
import type { Device } from './model/device.ts'
import { World } from './model/world.ts'

const schedules = Number(process.env.OBROL_SCHEDULES ?? 300)
const firstSeed = Number(process.env.OBROL_SEED ?? 1)

/** Steps with cuts, resets and restored copies, then without. */
const steps = 350
const steadySteps = 200

t.test('after any schedule a device shows what the pages say', async (t) => {
  const failed: string[] = []
  for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
    const difference = run(seed)
    if (difference) failed.push(`seed ${seed}: ${difference}`)
  }
  t.strictSame(failed.slice(0, 5), [], `${failed.length} of ${schedules}`)
})

/** What is wrong at the end of a schedule, or nothing. */
function run(seed: number): string | undefined {
  const world = new World(seed)
  for (let step = 0; step < steps; step++) world.step()
  for (const device of world.devices) device.settle()
  // From here on the events must tell all: only a stream that opens has everything asked for again.
  world.isSteady = true
  for (let step = 0; step < steadySteps; step++) world.step()
  for (const device of world.devices) {
    device.settle()
    const told = world.server.data.oldest > 1 ? undefined : differenceIn(world, device)
    // A stream that is opened again has the markers asked for, and tells what was trimmed.
    device.cut()
    device.settle()
    const difference = told ?? differenceIn(world, device)
    if (difference) return `${device.user}: ${difference}`
  }
  return undefined
}

function differenceIn({ server }: World, { user, state }: Device): string | undefined {
  const { conversations } = state
  const summaries = server.summaries(user)
  for (const summary of summaries) {
    const held = conversations.get(summary.id)
    if (held === undefined) return `${summary.id} is missing`
    const counts = differs(summary.id, countsOf(held), countsOf(summary))
    const other =
      counts ?? messagesDiffer(server, user, held) ?? roomDiffers(server, user, state, held)
    if (other) return other
  }
  for (const { id, opened, lastId } of conversations.values()) {
    const isPlaceholder = opened && id.startsWith('direct:') && lastId === 0
    if (!summaries.some((summary) => summary.id === id) && !isPlaceholder)
      return `${id} is too many`
  }
  const { names, complete } = state.online
  if (!complete) return 'who is online is not known'
  return differs('online', [...names].sort(), [...server.online].sort())
}

function countsOf({
  title,
  last,
  lastId,
  readUpTo,
  unread,
  mentioned,
  muted,
  id,
}: Conversation | ConversationSummary) {
  const name = title ?? id.replace('direct:', '')
  const newest = last && [last.id, last.text, last.deletedAt !== undefined]
  return { name, newest, lastId, readUpTo, unread, mentioned, muted }
}

function messagesDiffer(
  server: World['server'],
  user: string,
  held: Conversation,
): string | undefined {
  const { id, messages, completeFrom, atEnd, opened } = held
  const [kind, name] = id.split(':')
  const path =
    kind === 'room' ? `/v1/rooms/${name}/messages?` : `/v1/messages?${name ? `with=${name}&` : ''}`
  const page = server.get(user, `${path}limit=1000`) as ChatMessagePage
  const { oldest } = server.data
  const last = atEnd ? Infinity : (messages.at(-1)?.id ?? 0)
  const wanted = page.messages.filter((message) => {
    const isOfIt = kind !== 'everyone' || message.kind === 'broadcast'
    return isOfIt && message.id >= completeFrom && message.id <= last
  })
  const shown = messages.filter((message) => message.id >= oldest)
  if (opened && completeFrom === Infinity) return `${id} has no messages`
  return differs(
    `messages of ${id} from ${completeFrom}`,
    shown.map(contentOf),
    wanted.map(contentOf),
  )
}

function contentOf(
  message: ChatMessagePage['messages'][number] | Conversation['messages'][number],
) {
  const { asOf: _, reactions = [], ...content } = { asOf: 0, ...message }
  const sorted = [...reactions].sort((a: Reaction, b: Reaction) => (a.emoji < b.emoji ? -1 : 1))
  return { ...content, reactions: sorted }
}

function roomDiffers(
  server: World['server'],
  user: string,
  state: ChatState,
  held: Conversation,
): string | undefined {
  if (!held.opened || !held.id.startsWith('room:')) return undefined
  const path = `/v1/rooms/${held.id.slice(5)}`
  const { joinedAt: _, ...wanted } = server.get(user, path) as Room
  const { joinedAt: __, ...shown } = held.room as Room
  const { members } = server.get(user, `${path}/members?limit=1000`) as MemberPage
  const all = members.map(({ username, role }) => `${username} ${role}`)
  const listed = [...(held.members?.values() ?? [])].map(
    ({ username, role }) => `${username} ${role}`,
  )
  // Past the bound some are left out, and not asked for when others leave.
  const isBounded = state.bounds.members < 4
  const wantedMembers = isBounded ? all.filter((member) => listed.includes(member)) : all
  return (
    differs(held.id, shown, wanted) ??
    differs(`members of ${held.id}`, listed.sort(), wantedMembers.sort())
  )
}

/** The JSON of both, if they are not the same. */
function differs(what: string, shown: unknown, wanted: unknown): string | undefined {
  const [a, b] = [shown, wanted].map((value) => JSON.stringify(value, sorted))
  return a === b ? undefined : `${what}: shows ${a}, not ${b}`
}

function sorted(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
