import type { Guest, Room, RoomOptions } from '../../support/room.ts'

/** Where people are registered and logged in already: passwords take their time. */
export interface ModelFixture {
  readonly guests: readonly Guest[]
  /** A place like it, in which nothing was said yet. Its servers are started by the caller. */
  deploy(options: RoomOptions): Promise<Deployment>
}

/** Servers, and what they keep. */
export interface Deployment {
  readonly room: Room
  /** Each start on one folder makes an epoch; of a database each that is put in place. */
  readonly epochs: 'by start' | 'by database'
  /** Copies what is kept. The servers must be stopped, then and when it is put back. */
  copy(): Promise<Copy>
  /** Removes what is kept. */
  remove(): Promise<void>
}

export interface Copy {
  putBack(): Promise<void>
  drop(): Promise<void>
}
