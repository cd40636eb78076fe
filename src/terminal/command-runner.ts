import type { Message, ObrolClient } from '../client/index.ts'
import { type ChatCommandName, chatCommands, firstWord, isChatCommand } from './commands.ts'
import { type ExitStatus, exitStatus, UsageError } from './describe-error.ts'
import { formatCommands, formatError, formatMessage, formatNames } from './format.ts'
import { showFailure } from './show-failure.ts'
import type { View } from './view.ts'

/** So many the server gives at once. */
const onlinePageSize = 1000
/** Past so many names nobody reads on. */
const maxNames = 10_000
const maxHistory = 200
const defaultHistory = 20

export interface CommandContext {
  me: string
  /** Ends what is under way. */
  signal: AbortSignal
  /** Leaves the room. */
  leave: () => Promise<void>
}

/** What a person who is logged in says and asks for, carried out. */
export class CommandRunner {
  /** The id of the newest message of theirs that the server has taken; 0: none yet. */
  newestSentId = 0
  /** Whether the commands were listed because something was none: once is enough. */
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

  /** Carries a line out and resolves when that is done; what is refused is told. */
  async run(line: string): Promise<ExitStatus> {
    const [word, rest] = firstWord(line)
    if (word === '') return exitStatus.done
    if (!isChatCommand(word)) {
      this.#view.showError(
        formatError(`unknown command ${word}; to say something to everyone: sendall TEXT`),
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
    // Each once, so that a server whose pages go in circles is asked no further.
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

  /** `history`, `history 50`, `history bob`, `history bob 50`; a name can be a number, too. */
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
    this.#view.show(...messages.map((message) => formatMessage(message, format)))
    if (messages.length === 0) this.#view.showNotice('nothing was said yet')
  }
}

function usageError(command: ChatCommandName): UsageError {
  return new UsageError(`usage: ${chatCommands[command].usage}`)
}
