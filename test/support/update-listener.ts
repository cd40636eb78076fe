import type { StoreListener, StoreUpdate } from '../../src/store/store.ts'

/** A listener that wants nothing but updates. */
export function updateListener(updated: (update: StoreUpdate) => void): StoreListener {
  return { updated, diverged() {}, disconnected() {}, reconnected() {} }
}
