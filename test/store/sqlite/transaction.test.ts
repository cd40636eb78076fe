import Database from 'better-sqlite3'
import t from 'tap'
import { readTransaction, WriteTransaction } from '../../../src/store/sqlite/transaction.ts'

/** A connection that only records statements, and fails at one of them. */
class Failing {
  readonly ran: string[] = []
  inTransaction = false
  readonly #at: string
  readonly #code: string

  constructor(at: string, code: string) {
    this.#at = at
    this.#code = code
  }

  prepare(source: string) {
    return {
      run: () => {
        this.ran.push(source)
        if (source === this.#at) throw new Database.SqliteError(`failed at ${source}`, this.#code)
        this.inTransaction = source.startsWith('BEGIN')
      },
    }
  }
}

t.test('the outcome of a commit that failed on the disk is unknown', (t) => {
  const connection = new Failing('COMMIT', 'SQLITE_IOERR_FSYNC')
  const transaction = new WriteTransaction(connection)
  t.throws(() => transaction.run(() => 1), {
    name: 'OutcomeUnknown',
    final: true,
    message: 'The commit failed: failed at COMMIT (SQLITE_IOERR_FSYNC)',
  })
  t.same(connection.ran, ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'])
  t.throws(() => transaction.run(() => 1), { name: 'Unavailable' }, 'no write is tried again')
  t.equal(connection.ran.length, 3)
  t.end()
})

t.test('a commit that found no room has stored nothing', (t) => {
  const connection = new Failing('COMMIT', 'SQLITE_FULL')
  const transaction = new WriteTransaction(connection)
  for (const attempt of [1, 2]) {
    t.throws(() => transaction.run(() => attempt), { name: 'Unavailable', message: /SQLITE_FULL/ })
  }
  t.equal(connection.ran.length, 6, 'the next write is tried')
  t.end()
})

t.test('a transaction that did not begin has stored nothing', (t) => {
  for (const code of ['SQLITE_BUSY', 'SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_IOERR_READ']) {
    const connection = new Failing('BEGIN IMMEDIATE', code)
    const transaction = new WriteTransaction(connection)
    t.throws(() => transaction.run(() => 1), { name: 'Unavailable', message: code })
    t.same(connection.ran, ['BEGIN IMMEDIATE'])
  }
  t.end()
})

t.test('an error of the request does not make the store unavailable', (t) => {
  const transaction = new WriteTransaction(new Failing('', ''))
  const broken = new Database.SqliteError('no', 'SQLITE_CONSTRAINT_CHECK')
  for (const error of [broken, new TypeError('no such thing'), null]) {
    const thrown = (() => {
      try {
        transaction.run(() => {
          throw error
        })
      } catch (error) {
        return error
      }
    })()
    t.equal(thrown, error)
  }
  t.end()
})

t.test('a read that failed on the disk is Unavailable', (t) => {
  const read = readTransaction(new Database(':memory:'))
  t.throws(
    () =>
      read(() => {
        throw new Database.SqliteError('torn', 'SQLITE_CORRUPT')
      }),
    { name: 'Unavailable', message: /SQLITE_CORRUPT/ },
  )
  t.equal(
    read(() => 1),
    1,
  )
  t.end()
})
