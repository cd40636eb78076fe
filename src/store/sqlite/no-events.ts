import type { StoreUpdate } from '../store.ts'

export type Events = Omit<StoreUpdate, 'bounds'>

export const noEvents: Events = {
  entries: [],
  ended: [],
  entered: [],
  left: [],
  read: [],
  typing: [],
}
