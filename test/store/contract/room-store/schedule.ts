import fc from 'fast-check'
import type { Test } from 'tap'
import type { ChangeCommand } from '../../../../src/store/message-changes.ts'
import type { Entry, PageRange } from '../../../../src/store/message-log.ts'
import type { Room } from '../../../../src/store/room.ts'
import type { RoomCommand, RoomOutcome } from '../../../../src/store/room-store.ts'
import { randomFrom } from '../../../support/random.ts'
import { type DraftOptions, draft } from '../../fixtures.ts'
import { edit, erase, react, unreact } from '../../message-commands.ts'
import { ban, create, deleteRoom, put, remove, unban, update } from '../../room-commands.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, type Name, openHouse } from '../house.ts'
import { type ModelRoom, RoomModel, type Written } from '../room-model.ts'

const people: readonly Name[] = ['ann', 'bob', 'cid', 'dan']
const rooms = ['ale', 'gin', 'rum']

/** Rooms made, left, entered again, closed and made again, and what everyone is told of it. */
export async function scheduleContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('does and tells what a model of it does, in any order of calls', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const schedule = new Schedule(t, await openHouse(t, openFixture), seed)
        for (let round = 0; round < 8; round += 1) {
          for (let step = 0; step < 25; step += 1) await schedule.step()
          await schedule.check()
          if (round % 3 === 2) await schedule.trim()
          if (round % 4 === 3) await schedule.erase()
        }
        await schedule.check()
      }),
      { numRuns: 4, endOnFailure: true },
    )
  })
}

class Schedule {
  readonly #t: Test
  readonly #house: House
  readonly #model: RoomModel
  readonly #random: () => number

  constructor(t: Test, house: House, seed: number) {
    this.#t = t
    this.#house = house
    this.#model = new RoomModel(house)
    this.#random = randomFrom(seed)
  }

  /** One call, whose outcome and entries have to be the model's. */
  async step(): Promise<void> {
    const [house, model] = [this.#house, this.#model]
    house.clock.advance(1 + this.#upTo(3))
    house.take()
    const by = this.#one(people)
    const roll = this.#random()
    if (roll < 0.3) return this.#post(by)
    if (roll < 0.6 && model.log.length > 0) return this.#change()
    const command = this.#anyCommand(by)
    if (this.#isAmbiguous(command)) return
    const expected = model.execute(by, command)
    const outcome = await house.execute(by, command)
    const what = `${by}: ${JSON.stringify(command)}`
    this.#same(outcome.kind, expected.kind, what)
    const room = model.rooms.at(-1)
    if (room?.id === 0)
      room.id = ((outcome as { room: { room: Room } }).room as { room: Room }).room.id
    if (outcome.kind === 'done') this.#checkOutcome(outcome, by, command, what)
    this.#checkPublished(expected.written)
  }

  async #post(by: Name): Promise<void> {
    const [house, model] = [this.#house, this.#model]
    const options = { ...this.#anyAddress(), ...this.#anyExtras() }
    const text = `message ${model.log.length + 1}`
    const { written, ...expected } = model.post(by, draft(house.people[by], text, options))
    const outcome = await house.post(by, text, options)
    this.#same(outcome, expected, `${by} posts ${JSON.stringify(options)}`)
    return this.#checkPublished(written)
  }

  async #change(): Promise<void> {
    const [house, model] = [this.#house, this.#model]
    const id = this.#anyId()
    const { entry } = model.log[id - 1] ?? {}
    const sender = entry?.kind === 'message' ? (entry.from.username as Name) : undefined
    const by = sender && this.#random() < 0.6 ? sender : this.#one(people)
    const command = this.#anyChange(id)
    const { outcome, written } = model.change(by, command)
    this.#same(await house.change(by, command), outcome, `${by}: ${JSON.stringify(command)}`)
    this.#checkPublished(written)
  }

  async erase(): Promise<void> {
    while ((await this.#house.store.retention.eraseDeleted()).more);
  }

  async trim(): Promise<void> {
    const { log } = this.#model
    const { oldest } = this.#model
    const at = oldest + this.#upTo(log.length - oldest)
    const { entry } = log.slice(at - 1).find(({ entry }) => entry.kind === 'message') ?? {}
    if (entry?.kind !== 'message') return
    while ((await this.#house.store.retention.deleteExpired(entry.sentAt)).more);
    this.#model.oldest = entry.id
    this.#same((await this.#house.store.log.bounds()).oldest, entry.id, 'trimmed')
  }

  /** Everything that anyone can ask for. */
  async check(): Promise<void> {
    for (const viewer of people) {
      await this.#checkStream(viewer)
      await this.#checkPages(viewer)
      await this.#checkMessages(viewer)
      await this.#checkMemberships(viewer)
      for (const key of rooms) await this.#checkRoom(viewer, key)
    }
  }

  get #log(): Written[] {
    return this.#model.log.slice(this.#model.oldest - 1)
  }

  #checkOutcome(
    outcome: RoomOutcome & { kind: 'done' },
    by: Name,
    command: RoomCommand,
    what: string,
  ) {
    const key = command.kind === 'create' ? command.room.key : command.room
    const room = this.#model.byKey(key)
    this.#same(outcome.room, room ? (this.#viewOf(by, room) ?? { name: key }) : { name: key }, what)
    const member = command.kind === 'put-member' ? (command.user as Name) : undefined
    this.#same(outcome.member, member && room ? this.#memberOf(room, member) : null, what)
  }

  #checkPublished(written: Written[]): void {
    const expected = written.map((one) => this.#model.published(one))
    this.#same(this.#house.take().map(plain), expected.map(plain), 'published')
  }

  async #checkStream(viewer: Name): Promise<void> {
    const model = this.#model
    const after = this.#random() < 0.4 ? 0 : this.#upTo(model.log.length)
    const expected = this.#log
      .filter(({ entry }) => entry.id > after)
      .filter((written) => model.carries(viewer, written))
      .map((written) => model.toldTo(viewer, written))
    const carried = await this.#house.carried(viewer, after)
    this.#same(carried.map(plain), expected.map(plain), `${viewer} reads ${after}`)
  }

  async #checkPages(viewer: Name): Promise<void> {
    const model = this.#model
    const carried = this.#log.filter(
      (written) => written.entry.kind === 'message' && model.reaches(viewer, written),
    )
    await this.#checkPage(viewer, {}, carried)
    for (const other of people) {
      const between = carried.filter(({ entry }) => isBetween(entry, viewer, other))
      await this.#checkPage(viewer, { withAccount: this.#house.id(other) }, between)
    }
    for (const inRoom of rooms) {
      const room = model.byKey(inRoom)
      const visible = this.#log.filter(
        (written) => written.room === room && model.shows(viewer, written),
      )
      const isReadable = room !== undefined && model.mayRead(viewer, room)
      await this.#checkPage(viewer, { inRoom }, isReadable ? visible : undefined)
    }
  }

  async #checkPage(viewer: Name, where: object, visible: Written[] | undefined): Promise<void> {
    const edge = this.#upTo(this.#model.log.length + 2)
    const limit = 1 + this.#upTo(12)
    for (const direction of [{}, { after: edge }, { before: edge }] as Partial<PageRange>[]) {
      const range = { ...direction, ...where, limit }
      const page = await this.#house.store.log.page(this.#house.id(viewer), range)
      const expected =
        visible &&
        pageOf(
          visible.map((written) => this.#model.onPage(viewer, written)),
          range,
        )
      this.#same(
        page && { entries: page.entries, more: page.more },
        expected,
        `${viewer} ${JSON.stringify(range)}`,
      )
    }
  }

  async #checkMessages(viewer: Name): Promise<void> {
    for (const written of this.#model.log) {
      const { id } = written.entry
      const visible = this.#model.visible(viewer, id)
      const found = await this.#house.store.log.message(id, this.#house.id(viewer))
      this.#same(found, visible && this.#model.onPage(viewer, visible), `${viewer} asks for ${id}`)
    }
  }

  async #checkMemberships(viewer: Name): Promise<void> {
    const { head, rooms, lastLeftId } = await this.#house.store.rooms.memberships(
      this.#house.id(viewer),
    )
    const mine = this.#model.rooms.filter(({ members }) => members.has(viewer))
    this.#same(new Set(rooms), new Set(mine.map(({ id }) => id)), `rooms of ${viewer}`)
    this.#same(head, this.#model.log.length, 'head')
    const left = Math.max(0, ...this.#model.rooms.map(({ left }) => left.get(viewer) ?? 0))
    const { oldest } = this.#model
    if (left >= oldest) this.#same(lastLeftId, left, `${viewer} has left`)
    else this.#t.ok(lastLeftId < oldest)
  }

  async #checkRoom(viewer: Name, key: string): Promise<void> {
    const { store, id } = this.#house
    const viewerId = id.call(this.#house, viewer)
    const room = this.#model.byKey(key)
    const view = room && this.#viewOf(viewer, room)
    this.#same(await store.rooms.find(viewerId, key), view, `${viewer} finds ${key}`)
    const range = { after: null, limit: 9 }
    const members = room && {
      members: [...room.members.keys()].sort().map((name) => this.#memberOf(room, name)),
      count: room.members.size,
      more: false,
    }
    const page = await store.rooms.members(viewerId, key, range)
    this.#same(page, view && members, `members of ${key} for ${viewer}`)
    const role = room?.members.get(viewer)?.role
    const bans =
      role === 'owner' || role === 'moderator'
        ? {
            bans: [...(room as ModelRoom).bans].sort().map((one) => this.#banOf(...one)),
            more: false,
          }
        : 'forbidden'
    this.#same(await store.rooms.bans(viewerId, key, range), view && bans, `bans of ${key}`)
  }

  #viewOf(viewer: Name, room: ModelRoom) {
    if (!this.#model.mayRead(viewer, room)) return undefined
    const stay = room.members.get(viewer)
    const membership = stay ? { role: stay.role, joinedAt: stay.joinedAt } : null
    return { room: this.#model.stateOf(room), membership }
  }

  #memberOf(room: ModelRoom, name: Name) {
    const { role, joinedAt } = room.members.get(name) as { role: string; joinedAt: number }
    return { person: this.#house.person(name), role, joinedAt }
  }

  #banOf(name: Name, { by, at }: { by: Name; at: number }) {
    return { person: this.#house.person(name), by: this.#house.person(by), at }
  }

  /** A store may have forgotten memberships that ended before the oldest entry. */
  #isAmbiguous(command: RoomCommand): boolean {
    if (command.kind !== 'put-member') return false
    const left = this.#model.byKey(command.room)?.left.get(command.user as Name)
    return left !== undefined && left < this.#model.oldest
  }

  #anyAddress(): DraftOptions {
    const kind = this.#upTo(9)
    if (kind === 0) return {}
    return kind < 3 ? { to: this.#one(people) } : { room: this.#one(rooms) }
  }

  /** Most posts have nothing of it. */
  #anyExtras(): DraftOptions {
    const rare = () => this.#random() < 0.2
    return {
      ...(rare() && { replyTo: this.#anyId() }),
      ...(rare() && { metadata: `{"n":${this.#upTo(9)}}` }),
      ...(rare() && { mentions: this.#anyPeople() }),
      ...(rare() && { key: this.#one(['k', 'l']), digest: 'the same' }),
    }
  }

  /** Mostly of a message that is not old. */
  #anyId(): number {
    const { log } = this.#model
    const messages = log.filter(({ entry }) => entry.kind === 'message').slice(-8)
    if (messages.length === 0 || this.#random() < 0.2) return 1 + this.#upTo(log.length)
    return this.#one(messages).entry.id
  }

  #anyPeople(): Name[] {
    return people.filter(() => this.#random() < 0.5)
  }

  #anyChange(id: number): ChangeCommand {
    const emoji = this.#one(['👍', '🎉', '🍵'])
    const roll = this.#upTo(99)
    if (roll < 30) return react(id, emoji)
    if (roll < 45) return unreact(id, emoji)
    if (roll < 60) return erase(id)
    const text = this.#one([undefined, 'again', `edited ${this.#upTo(99)}`])
    const metadata = this.#one([undefined, null, '{"n":1}'])
    return edit(id, text, {
      mentions: this.#anyPeople(),
      ...(metadata !== undefined && { metadata }),
      ...(this.#random() < 0.3 && { maxAgeMs: 20 }),
    })
  }

  /** Most are about the caller, or to a room in which the caller has rights. */
  #anyCommand(by: Name): RoomCommand {
    const user = this.#random() < 0.45 ? by : this.#one(people)
    const led = rooms.filter((key) => {
      const role = this.#model.byKey(key)?.members.get(by)?.role
      return role !== undefined && role !== 'member'
    })
    const room = led.length > 0 && this.#random() < 0.5 ? this.#one(led) : this.#one(rooms)
    const roll = this.#upTo(99)
    if (roll < 15) return create(room, this.#anyKind(), { maxRooms: 2 })
    if (roll < 62) {
      const role = this.#one([undefined, undefined, 'member', 'moderator', 'owner'] as const)
      return put(room, user, role, { maxRooms: 2, maxMembers: this.#one([3, 9]) })
    }
    if (roll < 75) return remove(room, user)
    if (roll < 80) return ban(room, user)
    if (roll < 86) return unban(room, user)
    if (roll < 88) return deleteRoom(room)
    return update(
      room,
      this.#one([
        { title: `Title ${roll}` },
        { topic: this.#one(['', 'a topic']) },
        { archived: this.#random() < 0.3 },
        { access: 'private' as const },
        { access: 'open' as const },
      ]),
    )
  }

  #anyKind() {
    return this.#one([
      { access: 'open', history: 'all' },
      { access: 'private', history: 'all' },
      { access: 'private', history: 'since-joined' },
    ] as const)
  }

  #one<Item>(items: readonly Item[]): Item {
    return items[this.#upTo(items.length - 1)] as Item
  }

  #upTo(max: number): number {
    return Math.floor(this.#random() * (max + 1))
  }

  #same(found: unknown, wanted: unknown, what: string): void {
    if (!this.#t.same(found, wanted, what)) throw new Error(what)
  }
}

function isBetween(entry: Entry, viewer: Name, other: Name): boolean {
  if (entry.kind !== 'message' || !entry.to) return false
  return [entry.from.username, entry.to.username].sort().join() === [viewer, other].sort().join()
}

function pageOf(visible: Entry[], { after, before, limit }: PageRange) {
  if (after !== undefined) {
    const newer = visible.filter(({ id }) => id > after)
    return { entries: newer.slice(0, limit), more: newer.length > limit }
  }
  const older = visible.filter(({ id }) => id < (before ?? Number.POSITIVE_INFINITY))
  return { entries: older.slice(-limit), more: older.length > limit }
}

/** Whom an entry is hidden from depends on when a node reads it. What was reacted to is told in part. */
function plain(entry: Entry): object {
  if (entry.kind !== 'reaction-added' && entry.kind !== 'reaction-removed')
    return { ...entry, hiddenFrom: [] }
  const { id, from, to, room } = entry.message
  return { ...entry, message: { id, from, to, room }, hiddenFrom: [] }
}
