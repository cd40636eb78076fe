import type { AuditAction, AuditRecord, AuditVia } from './audit-store.ts'
import type { Person, Role } from './person.ts'
import type { Restriction } from './staff-store.ts'

/** Of a query for a ban or a mute, in both stores. */
export interface RestrictionRow {
  reason: string | null
  until: number | null
  at: number
  byId: number | null
  byName: string | null
  byRole: Role
}

export function toRestriction(row: RestrictionRow): Restriction {
  const { reason, until, at, byId, byName, byRole } = row
  return { reason, until, at, by: toPerson(byId, byName), byRole }
}

export interface AuditRow {
  id: number
  at: number
  byId: number | null
  byName: string | null
  via: AuditVia
  action: AuditAction
  targetId: number | null
  targetName: string | null
  /** A JSON object. */
  detail: string | null
  address: string | null
}

export function toAuditRecord(row: AuditRow): AuditRecord {
  const { byId, byName, targetId, targetName, detail, ...rest } = row
  return {
    ...rest,
    by: toPerson(byId, byName),
    target: toPerson(targetId, targetName),
    detail: detail === null ? null : JSON.parse(detail),
  }
}

function toPerson(id: number | null, username: string | null): Person | null {
  return id === null ? null : { id, username: username as string }
}
