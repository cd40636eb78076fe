import type { StoreUpdate } from '../store.ts'

export type Events = Omit<StoreUpdate, 'bounds'>

/** Spread into an update, which then names only what it has. */
export const noEvents: Events = {
  entries: [],
  ended: [],
  renewed: [],
  accounts: [],
  entered: [],
  left: [],
  read: [],
  typing: [],
}
