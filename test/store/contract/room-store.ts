import type { Test } from 'tap'
import type { OpenFixture } from './fixture.ts'
import { createContract } from './room-store/create.ts'
import { listsContract } from './room-store/lists.ts'
import { membersContract } from './room-store/members.ts'
import { racesContract } from './room-store/races.ts'
import { scheduleContract } from './room-store/schedule.ts'
import { updateContract } from './room-store/update.ts'

export async function roomStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await createContract(t, openFixture)
  await updateContract(t, openFixture)
  await membersContract(t, openFixture)
  await listsContract(t, openFixture)
  await racesContract(t, openFixture)
  await scheduleContract(t, openFixture)
}
