/**
 * Settings of every session, which override those of the role and the database. The meaning of a
 * statement, the format of its values, its timeouts and its durability must not depend on how the
 * role was set up. All are in https://www.postgresql.org/docs/current/runtime-config.html, and in
 * every version from 15 on. The database URL may override them.
 */
export const sessionSettings = {
  application_name: 'obrol',

  // PostgreSQL's own default.
  search_path: '"$user", public',
  // A statement fails where a policy would hide rows from it.
  row_security: 'off',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  array_nulls: 'on',
  transform_null_equals: 'off',
  check_function_bodies: 'on',

  // The format of values.
  bytea_output: 'hex',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: 1,

  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  synchronous_commit: 'on',

  // In ms. A server that does not notice that its client is gone must release locks by itself.
  lock_timeout: 2_000,
  statement_timeout: 5_000,
  idle_in_transaction_session_timeout: 5_000,
  // As a string, since the driver omits the number 0.
  idle_session_timeout: '0',
  exit_on_error: 'off',

  tcp_keepalives_idle: 5,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 2,
  // In ms. A server that waits for a client to take an answer keeps its locks.
  tcp_user_timeout: 5_000,

  // Compiling a statement takes longer than any of them runs.
  jit: 'off',
}

/** A setting that a session must have, whoever set it. */
interface RequiredSetting {
  setting: string
  /** As the message to the person who started the server says it. */
  needed: string
  /** A good value, as `ALTER ROLE … SET` takes it. */
  value: string
  /** @param value as `current_setting` returns it */
  met: (value: string) => boolean
}

/** The log is not safe without these. Every query is written so that no other setting matters. */
export const requiredSettings: readonly RequiredSetting[] = [
  exactly('default_transaction_isolation', 'read committed'),
  exactly('default_transaction_read_only', 'off'),
  {
    setting: 'synchronous_commit',
    needed: 'on',
    value: 'on',
    met: (value) => value === 'on' || value === 'remote_apply',
  },
  exactly('client_encoding', 'UTF8'),
  exactly('jit', 'off'),
  bounded('lock_timeout', '2s'),
  bounded('statement_timeout', '5s'),
  bounded('idle_in_transaction_session_timeout', '5s'),
  exactly('idle_session_timeout', '0'),
  // Since PostgreSQL 17. It is not sent, because an older server would refuse the session.
  exactly('transaction_timeout', '0'),
]

function exactly(setting: string, value: string): RequiredSetting {
  return { setting, needed: value, value, met: (found) => found === value }
}

function bounded(setting: string, value: string): RequiredSetting {
  return { setting, needed: `a bound, such as ${value}`, value, met: (found) => found !== '0' }
}
