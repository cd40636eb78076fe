import type { Message, ObrolClient } from '../client/index.ts'
import { firstWord, usageError } from './commands.ts'
import { formatMember, formatRoom } from './format-rooms.ts'
import { readPages } from './pages.ts'
import type { View } from './view.ts'

/** The most that the server sends in one page. */
const roomsPage = 200
const membersPage = 1000
/** `rooms` and `who` stop after so many lines. */
const maxRooms = 2000
const maxMembers = 10_000

export interface RoomContext {
  signal: AbortSignal
  /** Names of rooms, for completion. */
  knownRooms: Set<string>
}

/** Runs the commands about rooms. What they change is shown when the stream tells it. */
export class RoomCommands {
  readonly #client: ObrolClient
  readonly #view: View
  readonly #signal: AbortSignal
  readonly #knownRooms: Set<string>

  constructor(client: ObrolClient, view: View, { signal, knownRooms }: RoomContext) {
    this.#client = client
    this.#view = view
    this.#signal = signal
    this.#knownRooms = knownRooms
  }

  /** Learns the names of the user's rooms. Without them only those are completed that come up. */
  async learn(): Promise<void> {
    const options = { joined: true, limit: roomsPage, signal: this.#signal }
    const { rooms } = await this.#client.rooms.list(options).catch(() => ({ rooms: [] }))
    for (const { name } of rooms) this.#knownRooms.add(name)
  }

  async list(): Promise<void> {
    const rooms = await readPages(
      maxRooms,
      async (after) => {
        const options = { limit: roomsPage, after, signal: this.#signal }
        const { rooms: items, more } = await this.#client.rooms.list(options)
        return { items, more }
      },
      ({ name }) => name,
    )
    for (const { name } of rooms) this.#knownRooms.add(name)
    this.#view.show(...rooms.map(formatRoom))
    if (rooms.length === 0) this.#view.showNotice('no rooms yet')
  }

  async join(rest: string): Promise<void> {
    await this.#client.rooms.join(onlyName('join', rest), { signal: this.#signal })
  }

  async leave(rest: string): Promise<void> {
    await this.#client.rooms.leave(onlyName('leave', rest), { signal: this.#signal })
  }

  send(rest: string): Promise<Message> {
    const [room, text] = firstWord(rest)
    if (text.trim() === '') throw usageError('sendroom')
    return this.#client.rooms.post(room, text, { signal: this.#signal })
  }

  async who(rest: string): Promise<void> {
    const room = onlyName('who', rest)
    const members = await readPages(
      maxMembers,
      async (after) => {
        const options = { limit: membersPage, after, signal: this.#signal }
        const { members: items, more } = await this.#client.rooms.members(room, options)
        return { items, more }
      },
      ({ username }) => username,
    )
    this.#view.show(...members.map(formatMember))
  }
}

/** The room's name, which is all that follows the command. */
function onlyName(command: 'join' | 'leave' | 'who', rest: string): string {
  const [name, more] = firstWord(rest)
  if (name === '' || more.trim() !== '') throw usageError(command)
  return name
}
