import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { ProblemCode as OfServer } from '../../src/chat/problems.ts'
import {
  type MemberPage,
  type Message,
  type MessageFields,
  type NewRoom,
  ObrolError,
  type ProblemCode as OfClient,
  type Room,
  type RoomChanges,
} from '../../src/client/index.ts'
import type { components } from '../../src/client/openapi-types.ts'

/** Compiles only if the two types are the same. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never

t.test('the client has the problem codes of the server, and no others', async (t) => {
  const same: Same<OfServer, OfClient> = true
  t.ok(same)
})

t.test('only a direct message has a recipient, and one in a room its room', async (t) => {
  const direct: Same<Extract<Message, { kind: 'direct' }>['to'], string> = true
  const broadcast: 'to' extends keyof Extract<Message, { kind: 'broadcast' }> ? never : true = true
  const room: Same<Extract<Message, { kind: 'room' }>['room'], string> = true
  const noRecipient: 'to' extends keyof Extract<Message, { kind: 'room' }> ? never : true = true
  t.ok(direct && broadcast && room && noRecipient)
})

t.test('what the state of a chat knows of the contract is what the document says', async (t) => {
  type Schemas = components['schemas']
  const room: Same<Schemas['Room'], Room> = true
  const page: Schemas['RoomMemberPage'] extends MemberPage ? true : never = true
  const message: Same<keyof Schemas['Message'], keyof MessageFields | 'kind' | 'to' | 'room'> = true
  const fields: Omit<Schemas['Message'], 'kind'> extends MessageFields ? true : never = true
  const made: Same<keyof Schemas['RoomCreation'], keyof NewRoom> = true
  const changed: Same<keyof Schemas['RoomChanges'], keyof RoomChanges> = true
  t.ok(room && page && message && fields && made && changed)
})

t.test('the types are those of the OpenAPI document', async (t) => {
  const script = fileURLToPath(new URL('../../build/api-types.ts', import.meta.url))
  t.doesNotThrow(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' }))
})

t.test('the client imports nothing but its own files', async (t) => {
  const folder = fileURLToPath(new URL('../../src/client/', import.meta.url))
  for (const file of globSync('**/*.ts', { cwd: folder }))
    for (const [, name] of readFileSync(folder + file, 'utf8').matchAll(/from '([^']+)'/g))
      t.match(name, /^(\.\/(state\/)?[\w-]+|\.\.\/types)\.ts$/, `${file} → ${name}`)
})

t.test('an error has a cause only if one was given', async (t) => {
  t.notOk('cause' in new ObrolError('network', 'lost'))
  t.equal(new ObrolError('network', 'lost', { cause: 1 }).cause, 1)
})
