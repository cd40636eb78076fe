import type { TSchema } from 'typebox'
import { OpenedSession, OwnSession, User } from './accounts.ts'
import { EventToken, streamEvents } from './events.ts'
import { BroadcastMessage, DirectMessage, Message, MessagePage } from './messages.ts'
import { ProblemDetails } from './problem-details.ts'
import { OnlineUsers } from './users.ts'

/** Every schema that has a name of its own in the OpenAPI document. */
export const components = [
  User,
  OpenedSession,
  OwnSession,
  EventToken,
  BroadcastMessage,
  DirectMessage,
  Message,
  MessagePage,
  OnlineUsers,
  ...streamEvents,
  ProblemDetails,
].map((schema) => named(schema))

/** A copy of a schema in which each schema that has a name stands as a reference to it. */
export function withReferences(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withReferences)
  if (typeof schema !== 'object' || schema === null) return schema
  if ('$id' in schema) return { $ref: `${schema.$id}#` }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, withReferences(value)]),
  )
}

function named({ $id, ...schema }: TSchema & { $id?: string }): object {
  return { $id, ...(withReferences(schema) as object) }
}
