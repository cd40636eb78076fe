import type { TSchema } from 'typebox'
import {
  Credentials,
  NewAccount,
  OpenedSession,
  OwnSession,
  SessionTimes,
  User,
} from './accounts.ts'
import { ApiDocument, ProblemExplanation } from './api-description.ts'
import { UserPage } from './blocks.ts'
import {
  Conversation,
  ConversationChanges,
  ConversationPage,
  LastMessage,
  ReadMarker,
} from './conversations.ts'
import { type DocumentedLimits, documentedRules } from './documented-rules.ts'
import { eventData, StreamToken, streamEvents } from './events.ts'
import { Health } from './health.ts'
import { Message, MessagePage, Reaction } from './message.ts'
import { MessageEdit } from './message-changes.ts'
import { NewBroadcast, NewDirect, NewRoomMessage } from './messages.ts'
import { PasswordChange, ProfileChanges } from './own-account.ts'
import { Operation, ProblemDetails, ProblemError, ProblemType } from './problem-details.ts'
import { MemberRole, RoomBan, RoomBanPage, RoomMember, RoomMemberPage } from './room-members.ts'
import { MadeRoom, Room, RoomChanges, RoomCreation, RoomPage } from './rooms.ts'
import { SessionInfo, SessionList } from './sessions.ts'
import { staffSchemas } from './staff.ts'
import { OnlineUser, OnlineUsers, UserList } from './users.ts'

/** The schemas that have a name in the OpenAPI document. */
const named: readonly (TSchema & { $id?: string })[] = [
  NewAccount,
  Credentials,
  User,
  OpenedSession,
  SessionTimes,
  OwnSession,
  SessionInfo,
  SessionList,
  PasswordChange,
  ProfileChanges,
  UserPage,
  StreamToken,
  NewBroadcast,
  NewDirect,
  NewRoomMessage,
  MessageEdit,
  Message,
  Reaction,
  MessagePage,
  RoomCreation,
  RoomChanges,
  Room,
  MadeRoom,
  RoomPage,
  MemberRole,
  RoomMember,
  RoomMemberPage,
  RoomBan,
  RoomBanPage,
  LastMessage,
  Conversation,
  ConversationPage,
  ConversationChanges,
  ReadMarker,
  OnlineUser,
  OnlineUsers,
  ...staffSchemas,
  UserList,
  ...eventData,
  ...streamEvents,
  Health,
  ApiDocument,
  ProblemDetails,
  ProblemError,
  ProblemType,
  ProblemExplanation,
  Operation,
]

/** Turns the schemas that validate requests into those of the OpenAPI document. */
export class OpenApiSchemas {
  readonly #rules: Record<string, object>

  constructor(limits: DocumentedLimits) {
    this.#rules = documentedRules(limits)
  }

  components(): object[] {
    return named.map(({ $id, ...schema }) => ({ $id, ...(this.document(schema) as object) }))
  }

  /** A copy of a schema with references to named schemas, and with the rules of the chat in its fields. */
  document(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((item) => this.document(item))
    if (typeof schema !== 'object' || schema === null) return schema
    if ('$id' in schema) return { $ref: `${schema.$id}#` }
    const { 'x-rule': _, 'x-documented': rules, ...rest } = schema as Record<string, unknown>
    const kept = Object.entries(rest)
      .filter(([, value]) => !isUndocumented(value))
      .map(([key, value]) => [key, this.document(value)])
    return { ...Object.fromEntries(kept), ...this.#rules[rules as string] }
  }
}

function isUndocumented(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && 'x-undocumented' in schema
}
