import type { Test } from 'tap'
import { countsContract } from './conversation-store/counts.ts'
import { listContract } from './conversation-store/list.ts'
import { markersContract } from './conversation-store/markers.ts'
import { scheduleContract } from './conversation-store/schedule.ts'
import { typingContract } from './conversation-store/typing.ts'
import type { OpenFixture } from './fixture.ts'

export async function conversationStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await listContract(t, openFixture)
  await markersContract(t, openFixture)
  await countsContract(t, openFixture)
  await typingContract(t, openFixture)
  await scheduleContract(t, openFixture)
}
