import type { Person } from './person.ts'
import type { StaffFacts, StaffRefusal } from './staff-rules.ts'
import type { StaffCommand } from './staff-store.ts'

/** Who did what to other people's accounts. Records are written in the transaction of what they tell of. */
export interface AuditStore {
  /** The newest first. */
  list(query: AuditQuery): Promise<{ records: AuditRecord[]; more: boolean }>
}

export interface AuditQuery {
  /** Only records with a lower id; null: the newest. */
  before: number | null
  limit: number
  /** Only those of this account, or of the console. */
  by: number | 'console' | null
  action: AuditAction | null
}

export const auditActions = [
  'role-set',
  'banned',
  'unbanned',
  'muted',
  'unmuted',
  'user-created',
  'setup-issued',
  'setup-used',
] as const

export type AuditAction = (typeof auditActions)[number]

/** How a caller showed who they are. */
export type AuditVia = 'session' | 'console' | 'setup-code'

/** What the action was, or why it was refused. Times in it are Unix ms. */
export type AuditDetail = Readonly<Record<string, string | number | boolean | null>>

export interface NewAuditRecord {
  /** Null: the console. */
  by: number | null
  via: AuditVia
  action: AuditAction
  target: number | null
  detail: AuditDetail | null
  /** Of the client; null: the console. */
  address: string | null
}

export interface AuditRecord extends Omit<NewAuditRecord, 'by' | 'target'> {
  id: number
  at: number
  by: Person | null
  target: Person | null
}

const actionOf: Readonly<Record<StaffCommand['kind'], AuditAction>> = {
  'set-role': 'role-set',
  ban: 'banned',
  unban: 'unbanned',
  mute: 'muted',
  unmute: 'unmuted',
  'create-user': 'user-created',
  'issue-setup': 'setup-issued',
}

/**
 * The record of a command of the staff.
 *
 * @param refusal undefined where it was carried out
 */
export function recordOf(
  command: StaffCommand,
  { caller, target }: Pick<StaffFacts, 'caller' | 'target'>,
  address: string | null,
  refusal?: StaffRefusal,
): NewAuditRecord {
  const detail = { ...detailOf(command, target), ...(refusal && { refused: refusal }) }
  return {
    by: caller.account?.id ?? null,
    via: caller.account === null ? 'console' : 'session',
    action: actionOf[command.kind],
    target: target?.id ?? null,
    detail: Object.keys(detail).length === 0 ? null : detail,
    address,
  }
}

function detailOf(command: StaffCommand, target: StaffFacts['target']): AuditDetail {
  if (command.kind === 'set-role')
    return { role: command.role, ...(target && { before: target.role }) }
  if (command.kind === 'create-user')
    return { username: command.account.username, bot: command.account.bot }
  if (command.kind === 'ban' || command.kind === 'mute')
    return { reason: command.reason, until: command.until }
  return {}
}
