import type { Bounds } from '../../../../src/client/state/index.ts'
import { Device } from './device.ts'
import { audiencesOf, type Data, pairOf } from './log.ts'
import { Random } from './random.ts'
import { ModelServer } from './server.ts'

const users = ['ann', 'bob', 'cid', 'dan']
const rooms = ['x', 'y']
const emojis = ['👍', '🎉']
const conversations = ['everyone', 'direct:ann', 'direct:bob', 'room:x', 'room:y']

/** Few of everything, so that the bounds are reached. */
const smallBounds: Partial<Bounds> = {
  messages: 6,
  messagesUnopened: 2,
  members: 3,
  events: 5,
  page: 4,
}

/** A server, people who act, and their devices, all by the chance of one seed. */
export class World {
  readonly random: Random
  readonly server = new ModelServer()
  readonly devices: Device[]
  /** No stream breaks, and the log does not go back. */
  isSteady = false
  readonly mayTrim: boolean
  readonly mayRestore: boolean
  #copy: Data | undefined
  #calls = 0
  /** Messages that a device may be answered again, by an idempotent retry. */
  #posted: { user: string; id: number }[] = []

  constructor(seed: number) {
    this.random = new Random(seed)
    this.mayTrim = this.random.chance(0.3)
    this.mayRestore = this.random.chance(0.4)
    const bounds = this.random.chance(0.5) ? smallBounds : {}
    this.devices = ['ann', 'ann', 'bob'].map(
      (user) => new Device(this.server, user, this.random, bounds),
    )
    this.server.onRead = (user, conversation, upTo) =>
      this.#tell(user, 'read', { conversation, upTo })
    this.server.make('ann', 'x', 'open', false)
  }

  step(): void {
    if (this.random.chance(0.3)) this.#act()
    else if (this.random.chance(0.1)) this.#touch()
    else this.random.pick(this.devices).step(!this.isSteady)
  }

  /** Someone uses the screen of a device. */
  #touch(): void {
    const device = this.random.pick(this.devices)
    const type = this.random.pick(['open', 'open', 'close', 'older', 'older'] as const)
    device.dispatch({ type, conversation: this.random.pick(conversations) })
  }

  #act(): unknown {
    const { random, server } = this
    const user = random.pick(users)
    const name = random.pick(rooms)
    const other = random.pick(users)
    const ids = Object.keys(server.data.messages).map(Number)
    const id = random.pick(ids.slice(-10)) ?? 0
    const text = `text ${++this.#calls}`
    const mentions = random.chance(0.3) ? [other] : []
    const device = this.devices.find((each) => each.user === user && random.chance(0.6))
    switch (random.below(20)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: {
        const room = server.roomNamed(name)
        const audiences = [
          'everyone',
          pairOf(user, other),
          ...(room ? [`room:${room.number}`] : []),
        ]
        const post = () => server.post(user, random.pick(audiences), text, mentions)
        this.#posted.push({ user, id: server.head + 1 })
        return device ? device.send(post) : post()
      }
      case 6:
      case 7: {
        const edit = () => server.edit(user, id, text, mentions)
        return device ? device.send(edit) : edit()
      }
      case 8:
        return server.delete(server.data.messages[id]?.from ?? user, id)
      case 9:
      case 10:
        return server.react(user, id, random.pick(emojis))
      case 11:
        return server.make(user, name, random.pick(['open', 'private']), random.chance(0.5))
      case 12:
      case 13:
        return server.join(user, name)
      case 14:
        return server.leave(user, name)
      case 15:
        return random.chance(0.5)
          ? server.setRole(user, name, random.pick(['member', 'moderator']))
          : server.change(name, random.pick([{ title: text }, { access: 'private' }]))
      case 16:
        return random.chance(0.3) ? server.deleteRoom(name) : undefined
      case 17: {
        const [audience = 'everyone'] = [random.pick(audiencesOf(server.data, user))]
        return server.read(user, audience, random.pick(ids.slice(-6)) ?? 0)
      }
      case 18:
        return this.#comeOrGo(other)
      default:
        return this.#rarely()
    }
  }

  #comeOrGo(user: string): void {
    const { online } = this.server
    const names = [user]
    const came = !online.has(user)
    if (came) online.add(user)
    else online.delete(user)
    const change = came ? { joined: names, left: [] } : { joined: [], left: names }
    const resync = this.random.chance(0.2) && { joined: [], left: [], resync: true }
    const presence = { ...change, ...resync, onlineCount: online.size }
    for (const { stream } of this.devices) stream?.tell('presence', presence)
  }

  #rarely(): unknown {
    const { random, server } = this
    switch (random.below(6)) {
      case 0:
        return random.chance(0.3) ? server.erase(random.pick(['cid', 'dan'])) : undefined
      case 1:
        if (this.mayTrim && !this.isSteady)
          server.data.oldest = Math.max(server.data.oldest, server.head - 15)
        return
      case 2:
        this.#copy = structuredClone(server.data)
        return
      case 3:
        if (!this.mayRestore || this.isSteady || !this.#copy || !random.chance(0.5)) return
        server.restore(this.#copy)
        this.#posted = this.#posted.filter(({ id }) => id <= server.head)
        return
      case 4:
        return random.pick(this.devices).stream?.heartbeat()
      default:
        return this.#retry()
    }
  }

  #retry(): void {
    const { user, id } = this.random.pick(this.#posted) ?? { user: '', id: 0 }
    const message = this.server.data.messages[id]
    const device = this.devices.find((each) => each.user === user)
    if (device && message?.from === user) device.send(() => this.server.bodyOf(message, user))
  }

  #tell(user: string, type: string, data: object): void {
    for (const device of this.devices) if (device.user === user) device.stream?.tell(type, data)
  }
}
