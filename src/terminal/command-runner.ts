import type { Message, ObrolClient } from '../client/index.ts'
import {
  type ChatCommandName,
  chatCommands,
  firstWord,
  isChatCommand,
  UsageError,
  usageError,
} from './commands.ts'
import { showFailure } from './describe-error.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { formatCommands, formatError, formatMessage, formatNames } from './format.ts'
import type { OwnMessages } from './own-messages.ts'
import { readPages } from './pages.ts'
import { RoomCommands } from './room-commands.ts'
import type { View } from './view.ts'

/** The most that the server sends in one page. */
const onlinePageSize = 1000
/** `list` stops after so many names. */
const maxNames = 10_000
const maxHistory = 200
const defaultHistory = 20

export interface CommandContext {
  me: string
  /** Aborts commands that are running. */
  signal: AbortSignal
  /** Ends the session. */
  leave: () => Promise<void>
  ownMessages: OwnMessages
  /** Names of rooms, for completion. */
  knownRooms: Set<string>
}

/** Runs the commands of a logged-in user. */
export class CommandRunner {
  /** The id of the last message that was sent; 0 if none was. */
  newestSentId = 0
  readonly rooms: RoomCommands
  /** The commands are listed only after the first unknown one. */
  #helpShown = false
  readonly #client: ObrolClient
  readonly #view: View
  readonly #me: string
  readonly #signal: AbortSignal
  readonly #leave: () => Promise<void>
  readonly #ownMessages: OwnMessages
  readonly #commands: Record<ChatCommandName, (rest: string) => unknown> = {
    sendall: (text) => this.#sendAll(text),
    sendto: (rest) => this.#sendTo('sendto', rest),
    list: () => this.#list(),
    logout: () => this.#leave(),
    rooms: () => this.rooms.list(),
    join: (rest) => this.rooms.join(rest),
    leave: (rest) => this.rooms.leave(rest),
    sendroom: async (rest) => this.#sent(await this.rooms.send(rest)),
    who: (rest) => this.rooms.who(rest),
    edit: (text) => this.#edit(text),
    delete: (rest) => this.#delete(rest),
    keepfor: (rest) => this.#sendTo('keepfor', rest),
    history: (rest) => this.#history(rest),
    help: () => this.#view.show(...formatCommands(chatCommands)),
    quit: () => this.#leave(),
  }

  constructor(client: ObrolClient, view: View, context: CommandContext) {
    this.#client = client
    this.#view = view
    this.#me = context.me
    this.#signal = context.signal
    this.#leave = context.leave
    this.#ownMessages = context.ownMessages
    this.rooms = new RoomCommands(client, view, context)
  }

  /** Runs a line as a command. Shows an error, and returns its exit status. */
  async run(line: string): Promise<ExitStatus> {
    const [word, rest] = firstWord(line)
    if (word === '') return exitStatus.done
    if (!isChatCommand(word)) {
      this.#view.showError(
        formatError(`unknown command ${word}; to send a message to everyone: sendall TEXT`),
        ...(this.#helpShown ? [] : formatCommands(chatCommands)),
      )
      this.#helpShown = true
      return exitStatus.refused
    }
    try {
      await this.#commands[word](rest)
      return exitStatus.done
    } catch (error) {
      return showFailure(this.#view, error, firstWord(rest)[0])
    }
  }

  async #sendAll(text: string): Promise<void> {
    if (text.trim() === '') throw usageError('sendall')
    this.#sent(await this.#client.broadcast(text, { signal: this.#signal }))
  }

  async #sendTo(command: 'sendto' | 'keepfor', rest: string): Promise<void> {
    const [name, text] = firstWord(rest)
    if (text.trim() === '') throw usageError(command)
    const whenOffline = command === 'keepfor' ? 'keep' : 'reject'
    this.#sent(await this.#client.direct(name, text, { whenOffline, signal: this.#signal }))
  }

  #sent({ id }: Message): void {
    this.newestSentId = id
    this.#ownMessages.add(id)
  }

  async #edit(text: string): Promise<void> {
    if (text.trim() === '') throw usageError('edit')
    await this.#client.editMessage(await this.#lastOwnId(), { text }, { signal: this.#signal })
  }

  async #delete(rest: string): Promise<void> {
    if (rest.trim() !== '') throw usageError('delete')
    const id = await this.#lastOwnId()
    await this.#client.deleteMessage(id, { signal: this.#signal })
    this.#ownMessages.remove(id)
  }

  /** Of an earlier session, if none was sent in this one. */
  async #lastOwnId(): Promise<number> {
    const known = this.#ownMessages.last
    if (known !== undefined) return known
    const page = await this.#client.history({ limit: maxHistory, signal: this.#signal })
    const own = page.messages.findLast(({ from, deletedAt }) => from === this.#me && !deletedAt)
    if (own === undefined) throw new UsageError('you have sent no message lately')
    return own.id
  }

  async #list(): Promise<void> {
    const users = await readPages(
      maxNames,
      async (after) => {
        const options = { limit: onlinePageSize, after, signal: this.#signal }
        const { users: items, more } = await this.#client.online(options)
        return { items, more }
      },
      ({ username }) => username,
    )
    this.#view.show(...formatNames(users.map(({ username }) => username)))
  }

  /** `history`, `history 50`, `history bob`, `history bob 50`; with two words the first is a name. */
  async #history(rest: string): Promise<void> {
    const words = rest.split(/\s+/).filter((word) => word !== '')
    const name = /^\d+$/.test(words.join(' ')) ? undefined : words.shift()
    const [number = String(defaultHistory), ...more] = words
    if (!/^[1-9]\d*$/.test(number) || more.length > 0) throw usageError('history')
    const { messages } = await this.#client.history({
      limit: Math.min(Number(number), maxHistory),
      with: name,
      signal: this.#signal,
    })
    const format = { me: this.#me, detailed: this.#view.detailed }
    const shown = messages.flatMap((message) => formatMessage(message, format) ?? [])
    this.#view.show(...shown)
    if (shown.length === 0) this.#view.showNotice('no messages yet')
  }
}
