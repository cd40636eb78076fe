import type { Message, ObrolClient } from '../client/index.ts'
import { firstWord, isRoomCommand, type RoomCommandName, roomCommands } from './commands.ts'
import { tellFailure } from './failure.ts'
import { Misuse, type Status, status } from './refusals.ts'
import { commandsTold, messageTold, namesTold, refused } from './tellings.ts'
import type { View } from './view.ts'

/** So many the server gives at once. */
const mostOnline = 1000
/** Past so many names nobody reads on. */
const mostNames = 10_000
const mostHistory = 200
const usualHistory = 20

export interface Talker {
  me: string
  /** Ends what is under way. */
  signal: AbortSignal
  /** Leaves the room. */
  leave: () => Promise<void>
}

/** What a person who is logged in says and asks for, carried out. */
export class Talking {
  /** The id of the newest message of theirs that the server has taken; 0: none yet. */
  newest = 0
  /** Whether the commands were listed because something was none: once is enough. */
  #listed = false
  readonly #client: ObrolClient
  readonly #view: View
  readonly #me: string
  readonly #signal: AbortSignal
  readonly #leave: () => Promise<void>
  readonly #commands: Record<RoomCommandName, (rest: string) => unknown> = {
    sendall: (text) => this.#sendAll(text),
    sendto: (rest) => this.#sendTo('sendto', rest),
    keepfor: (rest) => this.#sendTo('keepfor', rest),
    list: () => this.#list(),
    history: (rest) => this.#history(rest),
    help: () => this.#view.show(...commandsTold(roomCommands)),
    logout: () => this.#leave(),
    quit: () => this.#leave(),
  }

  constructor(client: ObrolClient, view: View, { me, signal, leave }: Talker) {
    this.#client = client
    this.#view = view
    this.#me = me
    this.#signal = signal
    this.#leave = leave
  }

  /** Carries a line out and resolves when that is done; what is refused is told. */
  async obey(line: string): Promise<Status> {
    const [word, rest] = firstWord(line)
    if (word === '') return status.done
    if (!isRoomCommand(word)) {
      this.#view.refuse(
        refused(`unknown command ${word}; to say something to everyone: sendall TEXT`),
        ...(this.#listed ? [] : commandsTold(roomCommands)),
      )
      this.#listed = true
      return status.refused
    }
    try {
      await this.#commands[word](rest)
      return status.done
    } catch (error) {
      return tellFailure(this.#view, error, firstWord(rest)[0])
    }
  }

  async #sendAll(text: string): Promise<void> {
    if (text.trim() === '') throw misuse('sendall')
    this.#sent(await this.#client.broadcast(text, { signal: this.#signal }))
  }

  async #sendTo(command: 'sendto' | 'keepfor', rest: string): Promise<void> {
    const [name, text] = firstWord(rest)
    if (text.trim() === '') throw misuse(command)
    const whenOffline = command === 'keepfor' ? 'keep' : 'reject'
    this.#sent(await this.#client.direct(name, text, { whenOffline, signal: this.#signal }))
  }

  #sent({ id }: Message): void {
    this.newest = id
  }

  async #list(): Promise<void> {
    // Each once, so that a server whose pages go in circles is asked no further.
    const names = new Set<string>()
    let after: string | undefined
    for (let more = true; more; ) {
      const known = names.size
      const page = await this.#client.online({ limit: mostOnline, after, signal: this.#signal })
      for (const { username } of page.users) names.add(username)
      after = page.users.at(-1)?.username
      more = page.more && names.size > known && names.size < mostNames
    }
    this.#view.show(...namesTold([...names]))
  }

  /** `history`, `history 50`, `history bob`, `history bob 50`; a name can be a number, too. */
  async #history(rest: string): Promise<void> {
    const words = rest.split(/\s+/).filter((word) => word !== '')
    const name = /^\d+$/.test(words.join(' ')) ? undefined : words.shift()
    const [number = String(usualHistory), ...more] = words
    if (!/^[1-9]\d*$/.test(number) || more.length > 0) throw misuse('history')
    const { messages } = await this.#client.history({
      limit: Math.min(Number(number), mostHistory),
      with: name,
      signal: this.#signal,
    })
    const manner = { me: this.#me, full: this.#view.full }
    this.#view.show(...messages.map((message) => messageTold(message, manner)))
    if (messages.length === 0) this.#view.note('nothing was said yet')
  }
}

function misuse(command: RoomCommandName): Misuse {
  return new Misuse(`usage: ${roomCommands[command].usage}`)
}
