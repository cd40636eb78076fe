/**
 * Settings of every session, which go before those of the role and the database: what a statement
 * means, how its values are written, how long it may wait and what its commit promises must not
 * depend on who made the role. Those of https://www.postgresql.org/docs/current/runtime-config.html
 * that every version from 15 on has; a URL may say otherwise.
 */
export const sessionSettings = {
  application_name: 'obrol',

  // Where names are looked for: what PostgreSQL itself has as its default.
  search_path: '"$user", public',
  // A policy that would hide rows fails the statement instead.
  row_security: 'off',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  array_nulls: 'on',
  transform_null_equals: 'off',
  check_function_bodies: 'on',

  // How values are written.
  bytea_output: 'hex',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: 1,

  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  synchronous_commit: 'on',

  // A server that cannot tell that its client is gone must let go of locks by itself. In ms.
  lock_timeout: 2_000,
  statement_timeout: 5_000,
  idle_in_transaction_session_timeout: 5_000,
  // The driver leaves out what is no more than the number 0.
  idle_session_timeout: '0',
  exit_on_error: 'off',

  tcp_keepalives_idle: 5,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 2,
  // An answer that is not taken keeps its locks as long as it waits.
  tcp_user_timeout: 5_000,

  // To compile a statement takes longer than any of them runs.
  jit: 'off',
}

/** What a session must have, whoever set it. */
interface RequiredSetting {
  setting: string
  /** How the person who started the server reads of it. */
  needed: string
  /** A value that is, as `ALTER ROLE … SET` takes it. */
  value: string
  /** @param value as `current_setting` tells it */
  met: (value: string) => boolean
}

/** Short of these a log would not be one. All else is asked for so that no setting changes it. */
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
  // From PostgreSQL 17 on: a session that were sent it before would not begin.
  exactly('transaction_timeout', '0'),
]

function exactly(setting: string, value: string): RequiredSetting {
  return { setting, needed: value, value, met: (found) => found === value }
}

function bounded(setting: string, value: string): RequiredSetting {
  return { setting, needed: `a bound, such as ${value}`, value, met: (found) => found !== '0' }
}
