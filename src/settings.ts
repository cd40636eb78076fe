import {
  enumSetting,
  limitSetting,
  parseAddressRange,
  parseAllowedHost,
  parseDatabaseUrl,
  parseDirectory,
  parseHost,
  parseList,
  parseOrigin,
  parseSecret,
  parseWholeNumber,
  type Setting,
  SettingsError,
  setting,
  wholeNumberSetting,
} from './setting-types.ts'

export { SettingsError }

/** Everything that can be set, in the order in which the documentation lists it. */
export const settingsTable = {
  host: setting('HOST', '127.0.0.1', {
    range: 'an IP address or a host name',
    about: 'The address to listen on. Of a name: the first, IPv4 before IPv6.',
    read: parseHost,
  }),
  port: wholeNumberSetting(
    'PORT',
    3000,
    'port',
    [0, 65_535],
    'The port to listen on; 0 takes a free one.',
  ),
  dataDir: setting('DATA_DIR', './data', {
    range:
      'the path of a folder, without quotes, control characters, surrounding blanks, a leading ~ or variables',
    about:
      'The folder of the log and the signing key, for its owner alone (mode 0700); made where there is none.',
    read: parseDirectory,
  }),
  databaseUrl: setting<string | undefined>('DATABASE_URL', undefined, {
    range:
      'postgres://USER:PASSWORD@HOST:PORT/DATABASE; percent-encode what is special in the password (# as %23, / as %2F, @ as %40)',
    about: 'The PostgreSQL that all nodes share. Unset: SQLite in DATA_DIR.',
    secret: true,
    read: parseDatabaseUrl,
  }),
  adminSocket: setting<string | undefined>('ADMIN_SOCKET', undefined, {
    range: 'off, or the path of a socket, as for DATA_DIR',
    about:
      'The Unix socket of the console (obrol admin), in a folder for its owner alone. Unset: admin.sock in DATA_DIR. off: no console.',
    read: parseDirectory,
  }),
  jwtSecret: setting<string | undefined>('JWT_SECRET', undefined, {
    range: 'at least 32 bytes long in UTF-8, without control characters or surrounding blanks',
    about:
      'The key that signs tokens. Unset: one made at the first start and kept where the log is.',
    secret: true,
    read: parseSecret,
  }),
  tokenTtlHours: wholeNumberSetting(
    'TOKEN_TTL_HOURS',
    168,
    'hours',
    [1, 87_600],
    'How long a session lives.',
  ),
  sessionMaxDays: wholeNumberSetting(
    'SESSION_MAX_DAYS',
    90,
    'days',
    [1, 3650],
    'How long a session can be renewed, counted from its login.',
  ),
  registration: enumSetting(
    'REGISTRATION',
    ['open', 'closed'],
    'open',
    'Whether anyone may register.',
  ),
  directory: enumSetting(
    'DIRECTORY',
    ['everyone', 'exact', 'staff'],
    'everyone',
    'Who may list users. everyone: by the beginning of a name; exact: everyone, but by whole usernames only; staff: moderators and admins.',
  ),
  presenceGraceMs: wholeNumberSetting(
    'PRESENCE_GRACE_MS',
    10_000,
    'ms',
    [0, 600_000],
    'How long a person without a stream still counts as online.',
  ),
  presenceLeaseMs: wholeNumberSetting(
    'PRESENCE_LEASE_MS',
    15_000,
    'ms',
    [1000, 600_000],
    'How long the people of a server that died still count as online.',
  ),
  heartbeatMs: wholeNumberSetting(
    'HEARTBEAT_MS',
    15_000,
    'ms',
    [100, 3_600_000],
    'How often each stream gets a heartbeat.',
  ),
  streamMaxSeconds: wholeNumberSetting(
    'STREAM_MAX_SECONDS',
    0,
    'seconds',
    [0, 604_800],
    'How long a stream may last, give or take a tenth; then it is to be opened again. 0: no end.',
  ),
  shutdownSeconds: wholeNumberSetting(
    'SHUTDOWN_SECONDS',
    10,
    'seconds',
    [0, 600],
    'How long a stopping server waits for open requests.',
  ),
  maxStreams: wholeNumberSetting(
    'MAX_STREAMS',
    50_000,
    'streams',
    [1, 1_000_000],
    'Streams open at once.',
  ),
  streamsPerUser: limitSetting(
    'STREAMS_PER_USER',
    20,
    'streams',
    'Streams open at once for one account.',
  ),
  messagesPerMinute: limitSetting(
    'MESSAGES_PER_MINUTE',
    120,
    'messages',
    'Posts of one account, with all else that it writes.',
  ),
  readsPerMinute: limitSetting('READS_PER_MINUTE', 600, 'requests', 'Reads of one account.'),
  streamOpensPerMinute: limitSetting(
    'STREAM_OPENS_PER_MINUTE',
    60,
    'requests',
    'Streams opened by one account.',
  ),
  loginsPerMinute: limitSetting(
    'LOGINS_PER_MINUTE',
    10,
    'attempts',
    'Failed logins from one address under one name; six times that from one address.',
  ),
  registrationsPerHour: limitSetting(
    'REGISTRATIONS_PER_HOUR',
    20,
    'attempts',
    'Registrations from one address.',
  ),
  requestsPerMinute: limitSetting(
    'REQUESTS_PER_MINUTE',
    3000,
    'requests',
    'Requests from one address, whatever they ask for.',
  ),
  connectionsPerAddress: limitSetting(
    'CONNECTIONS_PER_ADDRESS',
    200,
    'connections',
    'Connections open at once from one address, not counting those that carry a stream.',
  ),
  roomCreation: enumSetting(
    'ROOM_CREATION',
    ['everyone', 'moderators'],
    'everyone',
    'Who may make rooms. moderators: for now nobody, as roles do not count here yet.',
  ),
  roomsCreatedPerDay: limitSetting(
    'ROOMS_CREATED_PER_DAY',
    20,
    'rooms',
    'Rooms made by one account.',
  ),
  roomsPerUser: limitSetting(
    'ROOMS_PER_USER',
    200,
    'rooms',
    'Rooms that one account has joined or made; being added does not count.',
  ),
  membersPerRoom: limitSetting('MEMBERS_PER_ROOM', 10_000, 'members', 'Members of one room.'),
  addsPerHour: limitSetting(
    'ADDS_PER_HOUR',
    60,
    'people',
    'People whom one account adds to rooms.',
  ),
  broadcast: enumSetting(
    'BROADCAST',
    ['everyone', 'moderators'],
    'everyone',
    'Who may write to everyone. moderators: as for ROOM_CREATION.',
  ),
  messageMaxChars: wholeNumberSetting(
    'MESSAGE_MAX_CHARS',
    4000,
    'code points',
    [1, 100_000],
    'The longest message.',
  ),
  metadataMaxBytes: wholeNumberSetting(
    'METADATA_MAX_BYTES',
    4096,
    'bytes',
    [2, 32_768],
    'The longest metadata of a message, as JSON in UTF-8.',
  ),
  editMinutes: limitSetting('EDIT_MINUTES', 0, 'minutes', 'How long a message may be edited.'),
  passwordMinChars: wholeNumberSetting(
    'PASSWORD_MIN_CHARS',
    8,
    'code points',
    [1, 256],
    'The shortest password that may be chosen.',
  ),
  passwordCommon: enumSetting(
    'PASSWORD_COMMON',
    ['refuse', 'allow'],
    'refuse',
    'Whether one of the 10,000 most common passwords may be chosen.',
  ),
  historyDays: setting('HISTORY_DAYS', 0, {
    unit: 'days',
    range: '0 or a whole number from 2 to 36500',
    about: 'How long messages are kept. 0: for ever.',
    read: (given) => parseWholeNumber(given, 2, 36_500) ?? parseWholeNumber(given, 0, 0),
  }),
  auditDays: wholeNumberSetting(
    'AUDIT_DAYS',
    365,
    'days',
    [0, 36_500],
    'How long it is kept what the staff did. 0: for ever.',
  ),
  corsOrigins: setting<string[]>('CORS_ORIGINS', [], {
    range: 'origins separated by commas, each "scheme://host", "scheme://host:port" or "*"',
    about: 'The web origins whose pages may call this server, besides its own.',
    read: (given) => parseList(given, parseOrigin),
  }),
  allowedHosts: setting<string[] | undefined>('ALLOWED_HOSTS', undefined, {
    range:
      'host names and IP addresses separated by commas, without ports; "*.example.org" for all below it, "*" for any',
    about:
      'The hosts that the server answers to. Unset: any; but on a loopback address, without TRUST_PROXY, only this machine’s own names: localhost, 127.0.0.1, [::1] and HOST.',
    read: (given) => {
      const hosts = parseList(given, parseAllowedHost)
      return hosts?.length === 0 ? undefined : hosts
    },
  }),
  trustProxy: setting<string[]>('TRUST_PROXY', [], {
    range: 'IP addresses or CIDR ranges separated by commas, none of them /0',
    about: 'The proxies whose X-Forwarded-For is believed.',
    read: (given) => parseList(given, parseAddressRange),
  }),
  logLevel: enumSetting(
    'LOG_LEVEL',
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    'info',
    'The least that is logged.',
  ),
} as const

type Table = typeof settingsTable

/** The settings of a server; every value has been checked. */
export type Settings = { -readonly [Name in keyof Table]: Table[Name]['fallback'] }

/**
 * Reads every setting from the environment; an empty value counts as unset, and variables that
 * are no settings are left alone.
 *
 * @throws {SettingsError} for the first value that is wrong
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const read = Object.entries<Setting<unknown>>(settingsTable).map(([name, setting]) => {
    const given = env[setting.env]
    return [name, given ? parseSetting(setting, given) : setting.fallback]
  })
  return Object.fromEntries(read)
}

function parseSetting(setting: Setting<unknown>, given: string): unknown {
  const value = setting.read(given)
  if (value !== undefined) return value
  const what = setting.secret
    ? `has a wrong value of ${Buffer.byteLength(given)} bytes, not shown here`
    : `is ${excerpt(given)}`
  throw new SettingsError(`${setting.env} ${what}; it must be ${setting.range}`)
}

/** Quoted, on one line whatever it holds, and short. */
function excerpt(given: string): string {
  return JSON.stringify(given.length > 80 ? `${given.slice(0, 80)}…` : given)
}
