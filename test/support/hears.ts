import type { Follower, News } from '../../src/store/store.ts'

/** A follower of whom nothing but news is asked. */
export function hears(news: (news: News) => void): Follower {
  return { news, turned() {}, lost() {}, found() {} }
}
