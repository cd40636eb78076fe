import type { StoreListener, StoreUpdate } from '../../src/store/store.ts'

/** A follower of whom nothing but news is asked. */
export function updateListener(news: (news: StoreUpdate) => void): StoreListener {
  return { updated: news, diverged() {}, disconnected() {}, reconnected() {} }
}
