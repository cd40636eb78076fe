export type * from './chat-state.ts'
export type * from './contract-types.ts'
export type * from './event-types.ts'
export { type Action, initialState, reduce } from './reduce.ts'
export {
  conversationOfMessage,
  roomConversation,
  roomOf,
  type StateEvent,
  streamEvent,
  streamEventTypes,
} from './stream-events.ts'
export { typingMs } from './typing.ts'
export * from './views.ts'
