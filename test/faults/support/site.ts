import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { temporaryFolder } from '../../support/room.ts'
import { type Answer, type CallOptions, call, type Person } from './caller.ts'
import { CommandProcess, type Ending, type ProcessOptions, type Running } from './process.ts'

/** As many things of a kind as there are items. */
export type ForEach<Items extends readonly unknown[], Kind> = { -readonly [N in keyof Items]: Kind }

/** Where clients come in: one server, or whichever of several is there. */
export interface Door {
  /** Resolves with the address of a server as soon as one listens. */
  readonly url: Promise<string>
  /** One call. @throws where it was not answered, see `call` */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
}

/** A data folder and the server process on it, which tests kill and start again. */
export class Site implements Door {
  readonly folder: string
  /** Where a server listens, if one does. */
  address: string | undefined
  /** How often a server was started. */
  starts = 0
  readonly #options: Omit<ProcessOptions, 'folder'>
  #process: Running | undefined
  #url = Promise.withResolvers<string>()

  constructor(folder: string, options: Omit<ProcessOptions, 'folder'>) {
    this.folder = folder
    this.#options = options
  }

  get process(): Running {
    if (!this.#process) throw new Error('the server is stopped')
    return this.#process
  }

  /** Resolves with the address as soon as a server listens. */
  get url(): Promise<string> {
    return this.#url.promise
  }

  async start(options: Omit<ProcessOptions, 'folder'> = {}): Promise<void> {
    const started = this.launch({
      folder: this.folder,
      ...this.#options,
      ...options,
      env: { ...this.#options.env, ...options.env },
    })
    this.#process = started
    this.starts++
    this.address = await started.listening()
    this.#url.resolve(this.address)
    started.exited.then(() => this.#gone(started))
  }

  /** Ends the server and resolves once it has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    const { process } = this
    if (signal === 'SIGKILL') this.#gone(process)
    const ending = await process.end(signal)
    this.#gone(process)
    return ending
  }

  async call(method: string, path: string, options?: CallOptions): Promise<Answer> {
    return call(await this.url, method, path, options)
  }

  /** Resolves once a path answers with a status. */
  async answers(path: string, status: number): Promise<void> {
    const until = Date.now() + 10_000
    while ((await this.call('GET', path)).status !== status) {
      if (Date.now() > until) throw new Error(`${path} did not come to answer ${status}`)
      await delay(20)
    }
  }

  async register(username: string): Promise<Person> {
    const body = { username, password: `${username}-password` }
    const answer = await this.call('POST', '/v1/register', { body })
    if (answer.status !== 201) throw new Error(`register ${username}: ${answer.status}`)
    return { username, token: answer.body.token }
  }

  /** One after another, for of one address only a few may wait for their turn. */
  async registerAll<Names extends readonly string[]>(
    ...usernames: Names
  ): Promise<ForEach<Names, Person>> {
    const registered: Person[] = []
    for (const username of usernames) registered.push(await this.register(username))
    return registered as ForEach<Names, Person>
  }

  /** The id of the newest message. */
  async head(person: Person): Promise<number> {
    const { body } = await this.call('GET', '/v1/messages?limit=1', { person })
    return Number(body.cursor.split('-')[0])
  }

  protected launch(options: ProcessOptions): Running {
    return new CommandProcess(options)
  }

  /** From now on those who want the address wait for the next start. */
  #gone(process: Running): void {
    if (this.#process !== process) return
    this.#process = undefined
    this.address = undefined
    this.#url = Promise.withResolvers<string>()
  }
}

/** A server as a process of its own, ended after the test in any case. */
export async function openSite(
  t: Test,
  options: Omit<ProcessOptions, 'folder'> & { folder?: string } = {},
): Promise<Site> {
  const { folder = await temporaryFolder(t), ...rest } = options
  const site = new Site(folder, rest)
  t.teardown(async () => {
    await site.stop('SIGKILL').catch(() => {})
  })
  await site.start()
  return site
}
