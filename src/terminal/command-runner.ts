import type { Message, ObrolClient } from '../client/index.ts'
import { type ChatCommandName, chatCommands, firstWord, isChatCommand } from './commands.ts'
import { showFailure, UsageError } from './describe-error.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { formatCommands, formatError, formatMessage, formatNames } from './format.ts'
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
}

/** Runs the commands of a logged-in user. */
export class CommandRunner {
  /** The id of the last message that was sent; 0 if none was. */
  newestSentId = 0
  /** The commands are listed only after the first unknown one. */
  #helpShown = false
  readonly #client: ObrolClient
  readonly #view: View
  readonly #me: string
  readonly #signal: AbortSignal
  readonly #leave: () => Promise<void>
  readonly #commands: Record<ChatCommandName, (rest: string) => unknown> = {
    sendall: (text) => this.#sendAll(text),
    sendto: (rest) => this.#sendTo('sendto', rest),
    keepfor: (rest) => this.#sendTo('keepfor', rest),
    list: () => this.#list(),
    history: (rest) => this.#history(rest),
    help: () => this.#view.show(...formatCommands(chatCommands)),
    logout: () => this.#leave(),
    quit: () => this.#leave(),
  }

  constructor(client: ObrolClient, view: View, { me, signal, leave }: CommandContext) {
    this.#client = client
    this.#view = view
    this.#me = me
    this.#signal = signal
    this.#leave = leave
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
  }

  async #list(): Promise<void> {
    // A set, so that a server whose pages repeat cannot cause an endless loop.
    const names = new Set<string>()
    let after: string | undefined
    for (let more = true; more; ) {
      const known = names.size
      const page = await this.#client.online({ limit: onlinePageSize, after, signal: this.#signal })
      for (const { username } of page.users) names.add(username)
      after = page.users.at(-1)?.username
      more = page.more && names.size > known && names.size < maxNames
    }
    this.#view.show(...formatNames([...names]))
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
    // What was said in a room would read as if it was said to everyone.
    const shown = messages.filter(({ kind }) => kind !== 'room')
    this.#view.show(...shown.map((message) => formatMessage(message, format)))
    if (shown.length === 0) this.#view.showNotice('no messages yet')
  }
}

function usageError(command: ChatCommandName): UsageError {
  return new UsageError(`usage: ${chatCommands[command].usage}`)
}
