import { Worker } from 'node:worker_threads'
import { OutcomeUnknown, Unavailable } from '../store.ts'
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
  /** The thread's module. */
  module: URL
  data: WorkerOptions
  /** The clock that calls go by; undefined: the thread's own. */
  now?: (() => number) | undefined
  /** Called before the thread's answers are passed on. */
  onReplies: () => void
  /**
   * Hears, perhaps more than once, that the thread is gone or can no longer be trusted; must call
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
 * Calls to an object that lives in another thread. Those of one turn of the event loop go together,
 * as one message there and one back: to wake a thread costs more than most calls.
 */
export class WorkerClient<Calls> {
  readonly #worker: Worker
  readonly #exited: Promise<unknown>
  readonly #options: WorkerClientOptions
  readonly #pending = new Map<number, PendingCall>()
  #lastId = 0
  /** What was called in this turn. */
  #requests: WorkerCall[] = []
  #closedError: Unavailable | undefined

  constructor(options: WorkerClientOptions) {
    const { module, data } = options
    this.#options = options
    this.#worker = new Worker(module, {
      workerData: data,
      // What the process was started with (a debugger, a loader) is not the thread's concern.
      execArgv: [],
      name: `obrol-${data.role}`,
    })
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.#worker.on('message', (replies: readonly WorkerReply[]) => {
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
   * @throws {Unavailable} where the thread is gone or was closed
   * @throws {OutcomeUnknown} where a writer went while the call was under way
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

  /** Ends the thread after what it was asked; resolves when it has ended. */
  async close(): Promise<void> {
    this.#closedError ??= new Unavailable('The store is closed')
    this.#flush()
    this.#post('close')
    await this.#exited
  }

  /** Gives up on the thread: fails what waits for it and takes no more calls. */
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
