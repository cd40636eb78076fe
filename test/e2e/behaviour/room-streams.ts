import { setTimeout as pause } from 'node:timers/promises'
import type { Test } from 'tap'
import type { Presence } from '../../../src/chat/presence.ts'
import { DeliveryReceipts } from '../../../src/delivery/delivery-receipts.ts'
import { Hub } from '../../../src/delivery/hub.ts'
import { LogCache } from '../../../src/delivery/log-cache.ts'
import { PresenceBroadcaster } from '../../../src/delivery/presence-broadcaster.ts'
import { RecentEvents } from '../../../src/delivery/recent-events.ts'
import { UpdateBatcher } from '../../../src/delivery/update-batcher.ts'
import type { Draft, Entry } from '../../../src/store/message-log.ts'
import type { RoomAccess } from '../../../src/store/room.ts'
import type { RoomCommand } from '../../../src/store/room-store.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { ResumingReader } from '../../delivery/support/resuming-reader.ts'
import { ban, create, deleteRoom, put, remove, unban, update } from '../../store/room-commands.ts'
import { randomFrom } from '../../support/random.ts'

const steps = 200

/** As much of a server as delivers: a hub over a real store. */
interface Node {
  store: Store
  hub: Hub
  epoch: string
}

/**
 * Random schedules on real stores: people make, join, leave and delete rooms, ban, post and read, on streams
 * that are cut, stall and resume on any node. What each reader got is held against the log.
 *
 * @param openStores opens the stores of one schedule, which share a log
 */
export async function roomSchedules(
  t: Test,
  openStores: (t: Test) => Promise<Store[]>,
  schedules: number,
): Promise<void> {
  for (let seed = 0; seed < schedules; seed++) {
    await t.test(`schedule ${seed}`, async (t) => runSchedule(t, await openStores(t), seed))
  }
}

async function runSchedule(t: Test, stores: Store[], seed: number): Promise<void> {
  const random = randomFrom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const pick = <T>(list: readonly T[]) => list[below(list.length)] as T
  const errors: unknown[] = []
  const log: Entry[] = []
  const nodes: Node[] = []
  for (const store of stores) {
    const recent = new RecentEvents({ maxEntries: pick([0, 8, 40, 1000]) })
    const told = nodes.length === 0 ? log : []
    nodes.push(await openNode(store, recent, told, (error) => errors.push(error)))
  }
  const sessions: Session[] = []
  for (const username of ['ann', 'bob', 'cid', 'dan', 'eve']) {
    const account = { username, key: username, skeletons: [username], passwordHash: '' }
    sessions.push((await (stores[0] as Store).accounts.register(account, 3_600_000)) as Session)
  }
  const access = new Map<string, RoomAccess>()
  let posts = 0
  const post = (to: Draft['to']) =>
    pick(stores).log.append(
      [{ session: pick(sessions).id, to, text: 'x', idempotency: null }],
      `${seed}-${posts++}`,
    )
  const act = (): Promise<unknown> => {
    const name = () => pick(sessions).account.username
    const execute = (command: RoomCommand) =>
      pick(stores).rooms.execute(pick(sessions).id, command, null)
    const room = `r${below(access.size)}`
    const chance = random()
    if (access.size === 0 || (chance < 0.06 && access.size < 6)) {
      const made = { access: pick(['open', 'private'] as const) }
      const next = `r${access.size}`
      access.set(next, made.access)
      return execute(create(next, made))
    }
    if (chance < 0.14) return post(null)
    if (chance < 0.22) return post({ type: 'direct', key: name(), whenOffline: 'keep' })
    if (chance < 0.46) return execute(put(room, name()))
    if (chance < 0.54) return execute(remove(room, name()))
    if (chance < 0.57) return execute(ban(room, name()))
    if (chance < 0.6) return execute(unban(room, name()))
    if (chance < 0.61) return execute(deleteRoom(room))
    if (chance < 0.66) return execute(update(room, { title: `${posts++}` }))
    return post({ type: 'room', key: room })
  }

  const readers: ResumingReader[] = []
  const { epoch } = nodes[0] as Node
  const calls: Promise<unknown>[] = []
  for (let step = 0; step < steps; step++) {
    const chance = random()
    if (chance < 0.6) calls.push(act())
    else if (chance < 0.66) await Promise.all(calls.splice(0))
    else if (chance < 0.72 && readers.length < 14) {
      const id = below(log.length + 1)
      readers.push(new ResumingReader(pick(sessions), { id, epoch }))
    } else {
      const reader = pick(readers) as ResumingReader | undefined
      const room = random() < 0.5 ? 1 + below(3) : Number.POSITIVE_INFINITY
      if (reader === undefined) continue
      if (reader.connection === undefined) reader.open(pick(nodes).hub, room)
      else if (random() < 0.4) reader.cut(random())
      else reader.connection.drain(room)
    }
  }
  await Promise.all(calls)
  const [outcome] = await post(null)
  const { entry: last } = outcome as { entry: Entry }
  for (const reader of readers) {
    if (reader.connection === undefined) reader.open(pick(nodes).hub)
    else reader.connection.drain()
    await reader.takeUpTo(last.id)
  }
  while (log.length < last.id) await pause(5)

  for (const { account, from, ids } of readers) {
    const about = `account ${account} from ${from}: `
    t.ok(
      ids.every((id, index) => id > (ids[index - 1] ?? from)),
      `${about}in order, once`,
    )
    const may = audienceOf(log, account, access)
    const after = log.filter(({ id }) => id > from)
    const wrong = after.filter(({ id }) =>
      ids.includes(id) ? may.get(id) === undefined : may.get(id) === 'certainly',
    )
    t.same(wrong, [], `${about}all that is for them, and nothing else`)
  }
  t.same(errors, [])
  for (const { hub, store } of nodes) {
    hub.destroy()
    await hub.close()
    await store.close()
  }
}

/**
 * The entries that the streams of an account carry. What was private or is deleted may be withheld from
 * who reads it after they may no more.
 */
function audienceOf(
  log: readonly Entry[],
  account: number,
  access: ReadonlyMap<string, RoomAccess>,
): Map<number, 'certainly' | 'perhaps'> {
  const audience = new Map<number, 'certainly' | 'perhaps'>()
  /** Where the account is a member: the entries of its stay that may be withheld once it has ended. */
  const stays = new Map<number, number[]>()
  const withheld = new Set<number>()
  for (const entry of log) {
    const { kind, id } = entry
    const room = roomOf(entry)
    const isOwn = (kind === 'joined' || kind === 'left') && entry.member.id === account
    if (room === null) {
      const { from, to } = entry as Entry & { kind: 'message' }
      if (to === null || to.id === account || from.id === account) audience.set(id, 'certainly')
      continue
    }
    if (isOwn && kind === 'joined') stays.set(room.id, [])
    const stay = stays.get(room.id)
    if (stay === undefined) continue
    const isAlways = isOwn || kind === 'room-deleted'
    audience.set(id, isAlways || access.get(room.name) === 'open' ? 'certainly' : 'perhaps')
    if (!isAlways) {
      stay.push(id)
      withheld.add(id)
    } else if (kind !== 'joined') stays.delete(room.id)
  }
  // Whose membership has not ended may read everything of it.
  for (const ids of stays.values()) for (const id of ids) audience.set(id, 'certainly')
  const deleted = new Set(
    log.flatMap((entry) => (entry.kind === 'room-deleted' ? entry.room.id : [])),
  )
  for (const entry of log)
    if (withheld.has(entry.id) && deleted.has(roomOf(entry)?.id ?? 0))
      audience.set(entry.id, 'perhaps')
  return audience
}

function roomOf(entry: Entry) {
  return 'message' in entry ? entry.message.room : entry.room
}

async function openNode(
  store: Store,
  recent: RecentEvents,
  log: Entry[],
  onError: (error: unknown) => void,
): Promise<Node> {
  const logCache = new LogCache(store, () => batcher.flushChanges(), recent)
  await logCache.start()
  const presence = {
    count: 0,
    names: () => [],
    enter: async () => {},
    leave: () => {},
    onChanged: () => {},
  } as unknown as Presence
  const hub = new Hub(
    {
      heartbeatMs: 3_600_000,
      streamMaxSeconds: 0,
      maxStreams: 100,
      streamsPerUser: 0,
      presenceGraceMs: 1000,
    },
    {
      logCache,
      presence,
      presenceBroadcaster: new PresenceBroadcaster(presence),
      receipts: new DeliveryReceipts(store.receipts, () => logCache.epoch),
      retryMs: 5,
      isSessionValid: async () => true,
      storeConnected: () => true,
      now: Date.now,
      onError,
    },
  )
  const batcher = new UpdateBatcher((update) => hub.applyUpdate(update))
  store.subscribe({
    updated: (update) => {
      log.push(...update.entries)
      batcher.add(update)
    },
    diverged: () => onError(new Error('diverged')),
    disconnected: () => onError(new Error('disconnected')),
    reconnected: () => {},
  })
  return { store, hub, epoch: logCache.epoch }
}
