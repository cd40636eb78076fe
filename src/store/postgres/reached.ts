import { epochBirth } from '../epoch-tag.ts'
import type { Mark } from '../store.ts'
import type { Pool } from './pool.ts'

/** How far each person's streams have come in the log. */
export class ReachedMarks {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** A mark that tells nothing new writes nothing; where the log is of another epoch, none does. */
  async raise(marks: readonly Mark[], epoch: string): Promise<void> {
    const list = marks.map(({ account, id }) => ({ account, id }))
    await this.#pool.write(
      (sql) => sql`SELECT obrol_reach(${sql.json(list)}, ${epochBirth(epoch)}::bigint)`,
    )
  }
}
