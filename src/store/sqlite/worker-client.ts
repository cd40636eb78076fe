import { Worker } from 'node:worker_threads'
import { OutcomeUnknown, Unavailable } from '../store-errors.ts'
import {
  deserializeError,
  type WorkerCall,
  type WorkerMessage,
  type WorkerOptions,
  type WorkerReply,
} from './worker-protocol.ts'

type Methods<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...args: never[]) => unknown ? Name : never
}[keyof Calls]
type Method<Calls, Name extends keyof Calls> = Extract<Calls[Name], (...args: never[]) => unknown>

export interface WorkerClientOptions {
  module: URL
  data: WorkerOptions
  /** The clock that calls use; undefined: the thread's own. */
  now?: (() => number) | undefined
  /** Called before the promises of calls are settled. */
  onReplies: () => void
  /**
   * Called when the thread has ended or can no longer be trusted, perhaps more than once. Must call
   * `abandon`.
   */
  onFailed: (error: Error) => void
}

interface PendingCall {
  call: string
  resolve: (value: never) => void
  reject: (error: Error) => void
}

/**
 * Calls the methods of an object in another thread. The calls of one turn of the event loop share one
 * message there and one back, since waking a thread costs more than most calls. For an append that
 * adds a turn: see `docs/design/delivery.md`.
 */
export class WorkerClient<Calls> {
  readonly #worker: Worker
  readonly #exited: Promise<unknown>
  readonly #options: WorkerClientOptions
  readonly #pending = new Map<number, PendingCall>()
  #lastId = 0
  /** The calls of this turn of the event loop. */
  #requests: WorkerCall[] = []
  #closedError: Unavailable | undefined

  constructor(options: WorkerClientOptions) {
    const { module, data } = options
    this.#options = options
    this.#worker = new Worker(module, {
      workerData: data,
      // The thread needs no debugger or loader that the process was started with.
      execArgv: [],
      name: `obrol-${data.role}`,
    })
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.on('message', (replies: readonly WorkerReply[]) => {
      // `node --watch` sends the names of the files that the thread has loaded.
      if (!Array.isArray(replies)) return
      options.onReplies()
      for (const reply of replies) this.#settle(reply)
    })
    this.#worker.on('error', (error) => this.#fail(error as Error))
    this.#worker.on('exit', (code) => {
      const expected = this.#closedError !== undefined && this.#pending.size === 0
      if (!expected) this.#fail(new Error(`its thread ended with exit code ${code}`))
    })
  }

  /**
   * @throws {Unavailable} where the thread has ended or was closed
   * @throws {OutcomeUnknown} where the writer ended during the call
   */
  call<Name extends Methods<Calls> & string>(
    name: Name,
    ...args: Parameters<Method<Calls, Name>>
  ): Promise<ReturnType<Method<Calls, Name>>> {
    return new Promise((resolve, reject) => {
      if (this.#closedError) throw this.#closedError
      const id = ++this.#lastId
      this.#pending.set(id, { call: name, resolve, reject })
      if (this.#requests.length === 0) setImmediate(() => this.#flush())
      this.#requests.push({ id, call: name, args, now: this.#options.now?.() })
    })
  }

  /** Ends the thread after the calls under way; resolves when it has ended. */
  async close(): Promise<void> {
    this.#closedError ??= new Unavailable('The store is closed')
    this.#flush()
    this.#post('close')
    await this.#exited
  }

  /** Rejects the calls under way and all later ones. */
  abandon(error: Error): void {
    const closedError = new Unavailable(error.message, { cause: error })
    this.#closedError = closedError
    this.#requests = []
    for (const { call, reject } of this.#pending.values()) {
      const outcomeUnknown = this.#options.data.role === 'writer' && call !== 'ping'
      reject(
        outcomeUnknown
          ? new OutcomeUnknown(error.message, { final: true, cause: error })
          : closedError,
      )
    }
    this.#pending.clear()
  }

  #flush(): void {
    if (this.#requests.length > 0) this.#post(this.#requests)
    this.#requests = []
  }

  #post(message: WorkerMessage): void {
    this.#worker.postMessage(message)
  }

  #settle(reply: WorkerReply): void {
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if ('value' in reply) {
      pending?.resolve(reply.value as never)
    } else {
      const error = deserializeError(reply.failure)
      pending?.reject(error)
      if (error instanceof OutcomeUnknown) this.#fail(error)
    }
  }

  #fail(error: Error): void {
    const { role } = this.#options.data
    this.#options.onFailed(
      new Error(`The store's ${role} failed: ${error.message}`, { cause: error }),
    )
  }
}
