export type { Account } from './account.ts'
export { ObrolClient } from './client.ts'
export type { Conversations } from './conversations.ts'
export {
  type ClientCode,
  type FieldError,
  ObrolError,
  type ProblemCode,
  type ProblemDetails,
} from './errors.ts'
export type { Rooms } from './rooms.ts'
export type * from './state/contract-types.ts'
export type * from './state/event-types.ts'
export type * from './types.ts'
