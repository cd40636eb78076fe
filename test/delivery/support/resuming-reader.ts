import { allEvents } from '../../../src/delivery/event-names.ts'
import type { Hub } from '../../../src/delivery/hub.ts'
import type { Cursor } from '../../../src/store/message-log.ts'
import type { Session } from '../../../src/store/session-store.ts'
import { FakeConnection } from './fixture.ts'

interface Received {
  name: string
  id: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came
  data: any
}

/** Someone who reads with one stream after another, each from where the last one came to. */
export class ResumingReader {
  readonly session: Session
  /** The id that they begin after. */
  readonly from: number
  /** Messages and what happened to rooms. */
  readonly events: Received[] = []
  connection: FakeConnection | undefined
  #cursor: Cursor
  #read = 0

  constructor(session: Session, cursor: Cursor) {
    this.session = session
    this.from = cursor.id
    this.#cursor = cursor
  }

  get account(): number {
    return this.session.account.id
  }

  get ids(): number[] {
    return this.events.map(({ id }) => id)
  }

  /** @param room how many writes the socket takes */
  open(hub: Hub, room = Number.POSITIVE_INFINITY): void {
    const connection = new FakeConnection()
    connection.room = room
    this.connection = connection
    this.#read = 0
    hub.open({
      session: this.session,
      cursor: this.#cursor,
      presence: 'none',
      events: allEvents,
      connection,
    })
  }

  /** Takes what has come, of which only a share may arrive. */
  take(share = 1): void {
    const blocks = (this.connection?.text ?? '').slice(this.#read).split('\n\n').slice(0, -1)
    for (const block of blocks.slice(0, Math.ceil(blocks.length * share))) {
      this.#read += block.length + 2
      const [, name = ''] = /^event: (.*)$/m.exec(block) ?? []
      const [, id, epoch] = /^id: (\d+)-(\w+)/m.exec(block) ?? []
      if (epoch) this.#cursor = { id: Number(id), epoch }
      const data = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}')
      if (/^(message|room|member)/.test(name)) this.events.push({ name, id: Number(id), data })
    }
  }

  /** The connection breaks after a share of what was written. */
  cut(share: number): void {
    this.take(share)
    this.connection?.close()
    this.connection = undefined
  }

  /** Takes all up to an entry that they get. */
  async takeUpTo(id: number): Promise<void> {
    await this.connection?.until(() => !!this.connection?.text.includes(`\nid: ${id}-`))
    this.take()
  }
}
