import fc from 'fast-check'
import type { Test } from 'tap'
import type { ConversationKey } from '../../../../src/store/conversation-store.ts'
import type { ChangeCommand } from '../../../../src/store/message-changes.ts'
import type { RoomCommand } from '../../../../src/store/room-store.ts'
import { randomFrom } from '../../../support/random.ts'
import { direct, everyone, idOf, inRoom } from '../../conversation-keys.ts'
import { type DraftOptions, draft } from '../../fixtures.ts'
import { edit, erase, react, unreact } from '../../message-commands.ts'
import { ban, create, deleteRoom, put, remove, unban, update } from '../../room-commands.ts'
import { ConversationModel } from '../conversation-model.ts'
import type { OpenFixture } from '../fixture.ts'
import { type House, type Name, openHouse } from '../house.ts'
import { RoomModel, type Written } from '../room-model.ts'

const people: readonly Name[] = ['ann', 'bob', 'cid', 'dan']
const rooms = ['ale', 'gin']
const keys: readonly ConversationKey[] = [
  everyone,
  ...rooms.map(inRoom),
  ...people.map((name) => direct(name)),
  direct('nobody'),
]

/** Messages that change, rooms left and entered again, markers, and what everyone's list says of it. */
export async function scheduleContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('says what a model of it says, in any order of calls', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const schedule = new Schedule(t, await openHouse(t, openFixture), seed)
        for (let round = 0; round < 16; round += 1) {
          for (let step = 0; step < 15; step += 1) await schedule.step()
          await schedule.check()
          if (round % 5 === 4) await schedule.trim()
          if (round % 6 === 5) await schedule.erase()
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
  readonly #rooms: RoomModel
  readonly #model: ConversationModel
  readonly #random: () => number

  constructor(t: Test, house: House, seed: number) {
    this.#t = t
    this.#house = house
    this.#rooms = new RoomModel(house)
    this.#model = new ConversationModel(house, this.#rooms)
    this.#random = randomFrom(seed)
  }

  async step(): Promise<void> {
    this.#house.clock.advance(1)
    const by = this.#one(people)
    const roll = this.#random()
    if (roll < 0.4) await this.#post(by)
    else if (roll < 0.6) await this.#change()
    else if (roll < 0.75) await this.#command(by)
    else if (roll < 0.9) await this.#read(by)
    else await this.#mute(by)
  }

  async trim(): Promise<void> {
    const { log, oldest } = this.#rooms
    const at = oldest + this.#upTo(log.length - oldest)
    const { entry } = log.slice(at - 1).find(({ entry }) => entry.kind === 'message') ?? {}
    if (entry?.kind !== 'message') return
    while ((await this.#house.store.retention.deleteExpired(entry.sentAt)).more);
    this.#rooms.oldest = entry.id
  }

  async erase(): Promise<void> {
    while ((await this.#house.store.retention.eraseDeleted()).more);
  }

  /** Every conversation of everyone, alone and in a list. */
  async check(): Promise<void> {
    for (const viewer of people) {
      for (const key of keys) await this.#checkOne(viewer, key)
      await this.#checkList(viewer)
    }
  }

  async #post(by: Name): Promise<void> {
    const options: DraftOptions = {
      ...this.#one([{}, { to: this.#one(people) }, { room: this.#one(rooms) }]),
      ...(this.#random() < 0.5 && { mentions: this.#anyPeople() }),
      ...(this.#random() < 0.1 && { key: this.#one(['k', 'l']), digest: 'the same' }),
    }
    const text = `message ${this.#rooms.log.length + 1}`
    const { kind, written } = this.#rooms.post(by, draft(this.#house.people[by], text, options))
    const outcome = await this.#house.post(by, text, options)
    this.#same(outcome.kind, kind, `${by} posts ${JSON.stringify(options)}`)
    this.#model.add(written)
  }

  async #change(): Promise<void> {
    const message = this.#anyMessage()
    if (!message) return
    const sender = (message.entry as { from: { username: string } }).from.username as Name
    const by = this.#random() < 0.6 ? sender : this.#one(people)
    const command = this.#anyChange(message.entry.id)
    const { outcome, written } = this.#rooms.change(by, command)
    this.#same(await this.#house.change(by, command), outcome, JSON.stringify(command))
    this.#model.add(written)
  }

  async #command(by: Name): Promise<void> {
    const command = this.#anyCommand(by)
    if (command.kind === 'put-member' && this.#hasLeftBeforeOldest(command)) return
    const { kind, written } = this.#rooms.execute(by, command)
    const outcome = await this.#house.execute(by, command)
    this.#same(outcome.kind, kind, `${by}: ${JSON.stringify(command)}`)
    const room = this.#rooms.rooms.at(-1)
    if (room?.id === 0) room.id = (outcome as { room: { room: { id: number } } }).room.room.id
    this.#model.add(written)
  }

  async #read(by: Name): Promise<void> {
    const key = this.#one(keys)
    const upTo = this.#upTo(this.#rooms.log.length + 1)
    const readUpTo = () => this.#model.conversation(by, key).readUpTo
    const isIn = this.#model.refusal(by, key) === undefined
    const before = isIn ? readUpTo() : upTo
    const expected = this.#model.read(by, key, upTo)
    this.#house.markers.length = 0
    const what = `${by} reads ${JSON.stringify(key)} up to ${upTo}`
    this.#same(await this.#house.marks(by, key, upTo), expected, what)
    const hasMoved = isIn && readUpTo() > before
    const told = hasMoved && { account: this.#house.id(by), ref: this.#model.ref(key), upTo }
    this.#same(this.#house.markers, told ? [told] : [], what)
  }

  async #mute(by: Name): Promise<void> {
    const [key, muted] = [this.#one(keys), this.#random() < 0.5]
    const refusal = this.#model.refusal(by, key)
    if (!refusal) this.#model.mute(by, key, muted)
    const outcome = await this.#house.store.conversations.mute(this.#house.people[by], key, muted)
    const expected = refusal
      ? { kind: refusal }
      : { kind: 'done', conversation: this.#model.conversation(by, key) }
    this.#same(outcome, expected, `${by} mutes ${JSON.stringify(key)}`)
  }

  async #checkOne(viewer: Name, key: ConversationKey): Promise<void> {
    const refusal = this.#model.refusal(viewer, key)
    const expected = refusal
      ? { kind: refusal }
      : { kind: 'done', conversation: this.#model.conversation(viewer, key) }
    const found = await this.#house.store.conversations.find(this.#house.person(viewer), key)
    this.#same(found, expected, `${viewer} asks for ${JSON.stringify(key)}`)
  }

  async #checkList(viewer: Name): Promise<void> {
    const expected = this.#model.list(viewer)
    const limit = 1 + this.#upTo(5)
    let before = null
    for (let at = 0; at < expected.length; at += limit) {
      const page = await this.#house.store.conversations.list(this.#house.person(viewer), {
        before,
        limit,
      })
      this.#same(page.conversations, expected.slice(at, at + limit), `${viewer} lists from ${at}`)
      this.#same(page.more, at + limit < expected.length, `${viewer} has more after ${at}`)
      this.#same(page.bounds.head, this.#rooms.log.length, 'head')
      const last = expected[at + limit - 1]
      before = last ? { lastId: last.lastId, id: idOf(last.ref) } : null
    }
  }

  /** A store may have forgotten memberships that ended before the oldest entry. */
  #hasLeftBeforeOldest({ room, user }: { room: string; user: string }): boolean {
    const left = this.#rooms.byKey(room)?.left.get(user as Name)
    return left !== undefined && left < this.#rooms.oldest
  }

  /** Mostly one that is not old. */
  #anyMessage(): Written | undefined {
    const messages = this.#rooms.log.filter(({ entry }) => entry.kind === 'message')
    if (messages.length === 0) return undefined
    return this.#one(this.#random() < 0.8 ? messages.slice(-12) : messages)
  }

  #anyChange(id: number): ChangeCommand {
    const roll = this.#random()
    if (roll < 0.25) return react(id)
    if (roll < 0.35) return unreact(id)
    if (roll < 0.6) return erase(id)
    return edit(id, `edited ${this.#upTo(99)}`, { mentions: this.#anyPeople() })
  }

  #anyCommand(by: Name): RoomCommand {
    const room = this.#one(rooms)
    const user = this.#random() < 0.5 ? by : this.#one(people)
    const roll = this.#random()
    if (roll < 0.25) return create(room, this.#anyKind())
    if (roll < 0.65) return put(room, user)
    if (roll < 0.8) return remove(room, user)
    if (roll < 0.84) return deleteRoom(room)
    if (roll < 0.88) return ban(room, user)
    if (roll < 0.92) return unban(room, user)
    return update(room, this.#one([{ title: `Title ${roll}` }, { access: 'private' as const }]))
  }

  #anyKind() {
    return this.#one([
      { access: 'open', history: 'all' },
      { access: 'private', history: 'all' },
      { access: 'private', history: 'since-joined' },
    ] as const)
  }

  #anyPeople(): Name[] {
    return people.filter(() => this.#random() < 0.5)
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
