import type { StaffStore } from '../store/staff-store.ts'
import { Problem } from './problems.ts'
import { mapStoreErrors } from './store-problems.ts'

/** The part of the store that knows bans and mutes. */
export interface RestrictionReader {
  staff: Pick<StaffStore, 'restriction'>
}

/** `muted`, with the end of the mute where it has one. @throws {Problem} `unavailable` */
export async function mutedProblem(
  { staff }: RestrictionReader,
  account: number,
): Promise<Problem> {
  const found = await mapStoreErrors(staff.restriction('mute', account))
  return new Problem(
    'muted',
    'The people who run this server have muted you: you can read, but not write.',
    endOf(found),
  )
}

/** `banned`, with its reason and end where it has them. @throws {Problem} `unavailable` */
export async function bannedProblem(
  { staff }: RestrictionReader,
  account: number,
): Promise<Problem> {
  const found = await mapStoreErrors(staff.restriction('ban', account))
  const reason = found?.reason ?? undefined
  return new Problem('banned', 'The people who run this server have banned this account.', {
    ...endOf(found),
    ...(reason !== undefined && { reason }),
  })
}

/** It may be over by now. */
function endOf(found: { until: number | null } | undefined): { until?: number } {
  const until = found?.until ?? undefined
  return until === undefined ? {} : { until }
}
