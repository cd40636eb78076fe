import type { Test } from 'tap'
import type { OpenFixture } from './fixture.ts'
import { auditContract } from './staff-store/audit.ts'
import { bansContract } from './staff-store/bans.ts'
import { listContract } from './staff-store/list.ts'
import { mutesContract } from './staff-store/mutes.ts'
import { rolesContract } from './staff-store/roles.ts'
import { setupContract } from './staff-store/setup.ts'
import { staffTokensContract } from './staff-store/tokens.ts'

export async function staffStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await rolesContract(t, openFixture)
  await bansContract(t, openFixture)
  await mutesContract(t, openFixture)
  await setupContract(t, openFixture)
  await listContract(t, openFixture)
  await auditContract(t, openFixture)
  await staffTokensContract(t, openFixture)
}
