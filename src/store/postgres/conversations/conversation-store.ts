import type { ConversationStore } from '../../conversation-store.ts'
import { parseEpoch } from '../../cursor-resolution.ts'
import type { ChangePoller } from '../change-poller.ts'
import { resolveCursor } from '../log/resolve-cursor.ts'
import type { Pool } from '../pool.ts'
import { findRestriction } from '../staff/restrictions.ts'
import { findConversation, listConversations } from './conversation-queries.ts'
import { findAudience } from './find-audience.ts'

interface Parts {
  pool: Pool
  poller: ChangePoller
}

/**
 * What is written needs no lock of the log: a conversation is looked up first, and who leaves its room
 * meanwhile has no row there any more (`obrol_mark_read` in `migrations/postgres/0011-tokens.sql`).
 */
export function openConversationStore({ pool, poller }: Parts): ConversationStore {
  return {
    list: (viewer, query) => listConversations(pool, viewer.id, query),
    find: (viewer, key) => findConversation(pool, viewer.id, key),
    mute: async ({ id: session, account: { id } }, key, muted) => {
      const found = await findAudience(pool, id, key)
      if (typeof found === 'string') return { kind: found }
      const { audience, other } = found
      if (audience !== null) {
        const [row] = await pool.write(
          (sql) => sql<{ alive: boolean }[]>`
            SELECT obrol_mute(${session}, ${id}, ${audience}, ${other}, ${muted}) AS alive`,
        )
        if (!row?.alive) return { kind: 'session-ended' }
      }
      return findConversation(pool, id, key)
    },
    markRead: async ({ id: session, account: { id } }, key, upTo) => {
      const [found, { bounds, reset }] = await Promise.all([
        findAudience(pool, id, key),
        resolveCursor(pool, upTo),
      ])
      if (typeof found === 'string') return found
      if (reset?.reason === 'ahead' || reset?.reason === 'rewound') return 'stale'
      const { audience, other } = found
      if (audience === null) return 'done'
      const [row] = await pool.write(
        (sql) => sql<{ outcome: 'moved' | 'same' | 'session-ended' }[]>`
          SELECT obrol_mark_read(
            ${session}, ${id}, ${audience}, ${other}, ${upTo.id},
            ${parseEpoch(bounds.epoch)}::bigint) AS outcome`,
      )
      if (row?.outcome === 'session-ended') return 'session-ended'
      if (row?.outcome === 'moved') await poller.pollAfterWrite()
      return 'done'
    },
    tellTyping: async ({ id }, key) => {
      const found = await findAudience(pool, id, key)
      if (typeof found === 'string') return found
      const { audience, other, isBlocked } = found
      if (await findRestriction(pool, 'mute', id)) return 'muted'
      if (isBlocked) return 'not-accepted'
      await pool.write((sql) => sql`SELECT obrol_tell_typing(${id}, ${audience}, ${other})`)
      await poller.pollAfterWrite()
      return 'done'
    },
  }
}
