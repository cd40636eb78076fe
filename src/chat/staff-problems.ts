import type { StaffRefusal } from '../store/staff-rules.ts'
import { freshLoginRequired } from './fresh-proof.ts'
import { Problem, type ProblemCode } from './problems.ts'
import { sessionEnded } from './sessions.ts'

type TableRefusal = Exclude<StaffRefusal, 'session-ended' | 'not-proven'>

/** What clients are told where the rules stand against a call of the staff. */
const staffRefusals: Readonly<Record<TableRefusal, readonly [ProblemCode, string]>> = {
  'needs-moderator': ['forbidden', 'Only moderators and admins of this server may do this.'],
  'needs-admin': ['forbidden', 'Only admins of this server may do this.'],
  'unknown-user': ['unknown-person', 'Nobody is registered under this username.'],
  'not-outranked': ['forbidden', 'You may do this only to people whose role is lower than yours.'],
  'target-is-bot': ['forbidden', 'Only admins may do this to bots.'],
  'not-for-bots': ['forbidden', 'A bot stays a member, and nobody logs in as one.'],
  'account-closed': ['account-closed', 'This account was closed.'],
  'target-banned': [
    'forbidden',
    'This account is banned, which would void the code. Lift the ban first.',
  ],
  'set-by-higher-role': ['forbidden', 'Someone of a higher role set this. Ask them to change it.'],
  'last-admin': ['last-admin', 'This is the last admin who can act. Make someone else one first.'],
  'username-taken': [
    'username-taken',
    'This username, or one that reads or looks the same, is registered already. Choose another.',
  ],
}

export function staffProblem(refusal: StaffRefusal): Problem {
  if (refusal === 'session-ended') return sessionEnded()
  if (refusal === 'not-proven') return freshLoginRequired()
  return new Problem(...staffRefusals[refusal])
}
