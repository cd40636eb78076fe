import type { StoreCallbacks } from '../../src/open-store.ts'
import type { MessageLog } from '../../src/store/message-log.ts'
import type { Store, StoreListener } from '../../src/store/store.ts'

type Batch = Parameters<MessageLog['append']>

/** A real store whose listener the test can tell things, as if it were shared with other nodes. */
export class ControllableStore {
  #listener: StoreListener | undefined
  /** False: what other nodes did may not have been told. */
  isUpToDate = true
  /** Has the store say what the operator should change. */
  warn: (warning: string) => void = () => {}
  /** What an append waits for. */
  beforeAppend: () => Promise<void> = async () => {}
  /** Whose sessions are no more, though the listener was not told. */
  readonly gone = new Set<string>()

  /** For `StoreTuning.around`. */
  readonly around = (store: Store, callbacks: StoreCallbacks): Store => {
    this.warn = callbacks.onWarning
    return new Proxy(store, {
      get: (target, name) => {
        if (name === 'isUpToDate') return this.isUpToDate
        if (name === 'sessions')
          return { ...target.sessions, find: (id: number) => this.#find(target, id) }
        if (name === 'log')
          return { ...target.log, append: (...batch: Batch) => this.#append(target, batch) }
        if (name === 'subscribe')
          return (listener: StoreListener) => this.#subscribe(target, listener)
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  /** The listener of the server, once it has subscribed. */
  get listener(): StoreListener {
    return this.#listener as StoreListener
  }

  async #find(store: Store, id: number) {
    const session = await store.sessions.find(id)
    return session && !this.gone.has(session.account.username) ? session : undefined
  }

  async #append(store: Store, batch: Batch) {
    await this.beforeAppend()
    return store.log.append(...batch)
  }

  #subscribe(store: Store, listener: StoreListener): void {
    this.#listener = listener
    store.subscribe(listener)
  }
}
