import type { ChangeCommand } from '../../src/store/message-changes.ts'
import { candidatesOf, type DraftOptions } from './fixtures.ts'

type Rest = Pick<DraftOptions, 'mentions'> & { metadata?: string | null; maxAgeMs?: number }

/** @param text undefined: as it is */
export const edit = (
  id: number,
  text: string | undefined,
  { mentions = [], metadata, maxAgeMs }: Rest = {},
): ChangeCommand => ({
  kind: 'edit',
  id,
  text: text === undefined ? undefined : { value: text, mentions: candidatesOf(mentions) },
  metadata,
  maxAgeMs,
})

export const erase = (id: number): ChangeCommand => ({ kind: 'delete', id })

export const react = (id: number, emoji = '👍'): ChangeCommand => ({ kind: 'react', id, emoji })

export const unreact = (id: number, emoji = '👍'): ChangeCommand => ({ kind: 'unreact', id, emoji })
