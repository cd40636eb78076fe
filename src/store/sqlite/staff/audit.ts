import type { AuditQuery, AuditRecord, NewAuditRecord } from '../../audit-store.ts'
import { type AuditRow, toAuditRecord } from '../../staff-rows.ts'
import type { Connection } from '../connection.ts'

type Filter = { before: number; by: number; action: string; limit: number }

const columns = `
  audit.id, at, by_id AS byId, (SELECT username FROM accounts WHERE id = by_id) AS byName, via, action,
  target_id AS targetId, (SELECT username FROM accounts WHERE id = target_id) AS targetName,
  detail, address`

export class AuditQueries {
  readonly #add
  readonly #lists

  constructor(connection: Connection) {
    this.#add = connection.prepare<[number, number | null, ...unknown[]]>(
      `INSERT INTO audit (at, by_id, via, action, target_id, detail, address)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    const list = (where: string) =>
      connection.prepare<Filter, AuditRow>(
        `SELECT ${columns} FROM audit WHERE id < :before ${where} ORDER BY id DESC LIMIT :limit`,
      )
    // One statement for each kind of list, so that each reads a range of its index.
    this.#lists = {
      all: list(''),
      by: list('AND by_id = :by'),
      console: list('AND by_id IS NULL'),
      action: list('AND action = :action'),
      byAndAction: list('AND by_id = :by AND action = :action'),
      consoleAndAction: list('AND by_id IS NULL AND action = :action'),
    }
  }

  /** Must be called in the transaction of what it tells of. */
  add({ by, via, action, target, detail, address }: NewAuditRecord, now: number): void {
    this.#add.run(now, by, via, action, target, detail && JSON.stringify(detail), address)
  }

  list({ before, limit, by, action }: AuditQuery): { records: AuditRecord[]; more: boolean } {
    const rows = this.#lists[listOf(by, action)].all({
      before: before ?? Number.MAX_SAFE_INTEGER,
      by: typeof by === 'number' ? by : 0,
      action: action ?? '',
      limit: limit + 1,
    })
    return { records: rows.slice(0, limit).map(toAuditRecord), more: rows.length > limit }
  }
}

function listOf(by: AuditQuery['by'], action: AuditQuery['action']) {
  if (by === null) return action === null ? 'all' : 'action'
  if (by === 'console') return action === null ? 'console' : 'consoleAndAction'
  return action === null ? 'by' : 'byAndAction'
}
