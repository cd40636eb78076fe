import { Worker } from 'node:worker_threads'
import { OutcomeUnknown, Unavailable } from '../store.ts'
import { type Message, type Reply, type Request, type ThreadData, unpacked } from './protocol.ts'

type Methods<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...args: never[]) => unknown ? Name : never
}[keyof Calls]
type Method<Calls, Name extends keyof Calls> = Extract<Calls[Name], (...args: never[]) => unknown>

export interface ChannelOptions {
  /** The thread's module. */
  module: URL
  data: ThreadData
  /** The clock that calls go by; undefined: the thread's own. */
  now?: (() => number) | undefined
  /** Called before the thread's answers are passed on. */
  onAnswers: () => void
  /**
   * Hears, perhaps more than once, that the thread is gone or can no longer be trusted; must call
   * `abandon`.
   */
  onDead: (error: Error) => void
}

interface Waiting {
  call: string
  resolve: (value: never) => void
  reject: (error: Error) => void
}

/**
 * Calls to an object that lives in another thread. Those of one turn of the event loop go together,
 * as one message there and one back: to wake a thread costs more than most calls.
 */
export class Channel<Calls> {
  readonly #worker: Worker
  readonly #exited: Promise<unknown>
  readonly #options: ChannelOptions
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0
  /** What was called in this turn. */
  #requests: Request[] = []
  #refusal: Unavailable | undefined

  constructor(options: ChannelOptions) {
    const { module, data } = options
    this.#options = options
    this.#worker = new Worker(module, {
      workerData: data,
      // What the process was started with (a debugger, a loader) is not the thread's concern.
      execArgv: [],
      name: `obrol-${data.role}`,
    })
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.on('message', (replies: readonly Reply[]) => {
      options.onAnswers()
      for (const reply of replies) this.#settle(reply)
    })
    this.#worker.on('error', (error) => this.#lose(error as Error))
    this.#worker.on('exit', (code) => {
      const askedTo = this.#refusal !== undefined && this.#waiting.size === 0
      if (!askedTo) this.#lose(new Error(`its thread ended with exit code ${code}`))
    })
  }

  /**
   * @throws {Unavailable} where the thread is gone or was closed
   * @throws {OutcomeUnknown} where a writer went while the call was under way
   */
  call<Name extends Methods<Calls> & string>(
    name: Name,
    ...args: Parameters<Method<Calls, Name>>
  ): Promise<ReturnType<Method<Calls, Name>>> {
    return new Promise((resolve, reject) => {
      if (this.#refusal) throw this.#refusal
      const id = ++this.#calls
      this.#waiting.set(id, { call: name, resolve, reject })
      if (this.#requests.length === 0) setImmediate(() => this.#ask())
      this.#requests.push({ id, call: name, args, at: this.#options.now?.() })
    })
  }

  /** Ends the thread after what it was asked; resolves when it has ended. */
  async close(): Promise<void> {
    this.#refusal ??= new Unavailable('The store is closed')
    this.#ask()
    this.#post('close')
    await this.#exited
  }

  /** Gives up on the thread: fails what waits for it and takes no more calls. */
  abandon(error: Error): void {
    const refusal = new Unavailable(error.message, { cause: error })
    this.#refusal = refusal
    this.#requests = []
    for (const { call, reject } of this.#waiting.values()) {
      const inDoubt = this.#options.data.role === 'writer' && call !== 'ping'
      reject(inDoubt ? new OutcomeUnknown(error.message, { final: true, cause: error }) : refusal)
    }
    this.#waiting.clear()
  }

  #ask(): void {
    if (this.#requests.length > 0) this.#post(this.#requests)
    this.#requests = []
  }

  #post(message: Message): void {
    this.#worker.postMessage(message)
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('value' in reply) {
      waiting?.resolve(reply.value as never)
    } else {
      const error = unpacked(reply.failure)
      waiting?.reject(error)
      if (error instanceof OutcomeUnknown) this.#lose(error)
    }
  }

  #lose(error: Error): void {
    const { role } = this.#options.data
    this.#options.onDead(
      new Error(`The store's ${role} failed: ${error.message}`, { cause: error }),
    )
  }
}
