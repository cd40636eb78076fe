import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { bareEnvironment, type ReadyClient } from './languages.ts'

/** What a program printed of an event. */
interface Told {
  event: string
  id: string
  // biome-ignore lint/suspicious/noExplicitAny: what an event holds
  data: any
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) killGroup(child)
})

/** A client that someone else wrote, as a process of its own. */
export class Client {
  readonly name: string
  readonly told: Told[] = []
  /** Its exit status, once it has ended. */
  status: number | string | undefined
  /** The end of what it wrote to its standard error. */
  complaints = ''
  readonly #child: ChildProcess
  /** Of the messages it told. */
  readonly #ids = new Set<number>()

  /** @param environment the address of the stream, and what opens it */
  constructor({ name, command, folder }: ReadyClient, environment: Record<string, string>) {
    this.name = name
    const [program = '', ...args] = command
    // In a group of its own, for a shell's curl ends with it.
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...bareEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    running.add(child)
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaints = (this.complaints + text).slice(-1_000)
    })
    child.once('close', (code, signal) => {
      this.status = code ?? (signal as string)
    })
  }

  /** What it has told amiss of the messages that were said; empty where that is nothing. */
  compared(said: readonly { id: number; text: string }[]): string {
    const texts = new Map(said.map(({ id, text }) => [id, text]))
    const told = this.told.flatMap(({ event, data }) => (event === 'message' ? [data] : []))
    const ids = told.map(({ id }) => id)
    const distinct = new Set(ids)
    const amiss = {
      lost: said.filter(({ id }) => !distinct.has(id)).map(({ id }) => id),
      doubled: ids.filter((id, index) => ids.indexOf(id) !== index),
      disordered: ids.filter((id, index) => index > 0 && id < ids[index - 1]),
      changed: told.filter(({ id, text }) => texts.get(id) !== text).map(({ id }) => id),
    }
    return Object.entries(amiss)
      .filter(([, ids]) => ids.length > 0)
      .map(([what, ids]) => `${what} ${ids.length}: ${ids.slice(0, 5)}…`)
      .join('; ')
  }

  /** The resets that it was told, each with the id that it had come to. */
  get resets(): { reason: string; from: number; at: number }[] {
    let at = 0
    return this.told.flatMap(({ event, id, data }) => {
      const before = at
      if (id) at = Number(id.split('-')[0])
      return event === 'reset' ? [{ reason: data.reason, from: data.from, at: before }] : []
    })
  }

  has(message: number): boolean {
    return this.#ids.has(message)
  }

  async kill(): Promise<void> {
    if (this.status === undefined) {
      const closed = once(this.#child, 'close')
      killGroup(this.#child)
      await closed
    }
    running.delete(this.#child)
  }

  #take(line: string): void {
    const { event, id, data, json } = JSON.parse(line)
    const held = json ?? (data === '' ? undefined : JSON.parse(data))
    this.told.push({ event, id, data: held })
    if (event === 'message') this.#ids.add(held.id)
  }
}

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid as number), 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
