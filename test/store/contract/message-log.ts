import type { Test } from 'tap'
import type { OpenFixture } from './fixture.ts'
import { appendContract } from './message-log/append.ts'
import { changesContract } from './message-log/changes.ts'
import { deletedContract } from './message-log/deleted.ts'
import { mentionsContract } from './message-log/mentions.ts'
import { pageContract } from './message-log/page.ts'
import { reactionsContract } from './message-log/reactions.ts'
import { readContract } from './message-log/read.ts'
import { resolveCursorContract } from './message-log/resolve-cursor.ts'
import { roomsContract } from './message-log/rooms.ts'

export async function messageLogContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await appendContract(t, openFixture)
  await readContract(t, openFixture)
  await pageContract(t, openFixture)
  await roomsContract(t, openFixture)
  await changesContract(t, openFixture)
  await reactionsContract(t, openFixture)
  await mentionsContract(t, openFixture)
  await deletedContract(t, openFixture)
  await resolveCursorContract(t, openFixture)
}
