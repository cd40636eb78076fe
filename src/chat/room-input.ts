import { hash } from 'node:crypto'
import { nameForms } from '../names/name-forms.ts'
import type { Draft } from '../store/message-log.ts'
import type { Room } from '../store/room.ts'
import type { NewRoom, RoomFields } from '../store/room-store.ts'
import { fieldErrors, throwIfInvalid } from './field-errors.ts'
import { checkTitle, checkTopic } from './text-rules.ts'
import { checkUsername } from './usernames.ts'

/** What a client sends to make a room. */
export interface RoomInput {
  name: string
  /** The name if left out. */
  title?: string | undefined
  topic?: string | undefined
  /** `open` if left out. */
  access?: Room['access'] | undefined
  /** `all` if left out. */
  history?: Room['history'] | undefined
}

/** A new room that `parseNewRoom` has checked. */
export interface NewRoomCommand {
  room: NewRoom
  idempotency: Draft['idempotency']
}

/** Checks a new room as far as that needs no store. @throws {Problem} `invalid-request` */
export function parseNewRoom(input: RoomInput, idempotencyKey?: string): NewRoomCommand {
  const { name, title = name, topic = '', access = 'open', history = 'all' } = input
  throwIfInvalid(
    fieldErrors('name', checkUsername(name)),
    fieldErrors('title', title === name ? undefined : checkTitle(title)),
    fieldErrors('topic', checkTopic(topic)),
    fieldErrors(
      'history',
      access === 'open' && history === 'since-joined'
        ? 'must be "all" in an open room, which everyone can read'
        : undefined,
    ),
  )
  const room = { name, ...nameForms(name), title, topic, access, history }
  const idempotency =
    idempotencyKey === undefined ? null : { key: idempotencyKey, digest: digestOf(room) }
  return { room, idempotency }
}

/** Checks what is to change of a room. @throws {Problem} `invalid-request` */
export function checkRoomChanges({ title, topic }: RoomFields): void {
  throwIfInvalid(
    fieldErrors('title', title === undefined ? undefined : checkTitle(title)),
    fieldErrors('topic', topic === undefined ? undefined : checkTopic(topic)),
  )
}

/** SHA-256 in hexadecimal of everything that was sent. What is left out is the same as its default. */
function digestOf({ name, title, topic, access, history }: NewRoom): string {
  return hash('sha256', JSON.stringify(['create-room', name, title, topic, access, history]))
}
