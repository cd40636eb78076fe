import t from 'tap'
import { readSettings, SettingsError, settingsTable } from '../src/settings.ts'

/** The line that stops the start. */
function complaint(env: NodeJS.ProcessEnv): string {
  try {
    readSettings(env)
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
  throw new Error(`${JSON.stringify(env)} was taken`)
}

t.test('every setting has a default', async (t) => {
  const settings = readSettings({ UNKNOWN: 'x', PORT: '' })
  t.same(settings, {
    host: '127.0.0.1',
    port: 3000,
    dataDir: './data',
    databaseUrl: undefined,
    adminSocket: undefined,
    jwtSecret: undefined,
    tokenTtlHours: 168,
    sessionMaxDays: 90,
    registration: 'open',
    directory: 'everyone',
    presenceGraceMs: 10_000,
    presenceLeaseMs: 15_000,
    heartbeatMs: 15_000,
    streamMaxSeconds: 0,
    shutdownSeconds: 10,
    maxStreams: 50_000,
    streamsPerUser: 20,
    messagesPerMinute: 120,
    readsPerMinute: 600,
    streamOpensPerMinute: 60,
    loginsPerMinute: 10,
    registrationsPerHour: 20,
    requestsPerMinute: 3000,
    connectionsPerAddress: 200,
    roomCreation: 'everyone',
    roomsCreatedPerDay: 20,
    roomsPerUser: 200,
    membersPerRoom: 10_000,
    addsPerHour: 60,
    broadcast: 'everyone',
    messageMaxChars: 4000,
    metadataMaxBytes: 4096,
    editMinutes: 0,
    passwordMinChars: 8,
    passwordCommon: 'refuse',
    historyDays: 0,
    auditDays: 365,
    corsOrigins: [],
    allowedHosts: undefined,
    trustProxy: [],
    logLevel: 'info',
  })
})

t.test('the table can be read by people', async (t) => {
  for (const { env, about, range } of Object.values(settingsTable)) {
    t.match(env, /^[A-Z_]+$/)
    t.match(about, /\.$/, env)
    t.match(range, /\S/, env)
  }
})

t.test('what is given is taken', async (t) => {
  const given: [string, string, keyof typeof settingsTable, unknown][] = [
    ['HOST', '::', 'host', '::'],
    ['HOST', 'localhost', 'host', 'localhost'],
    ['HOST', 'chat.example.org', 'host', 'chat.example.org'],
    ['PORT', '0', 'port', 0],
    ['PORT', '65535', 'port', 65_535],
    ['DATA_DIR', '/srv/chat data', 'dataDir', '/srv/chat data'],
    ['JWT_SECRET', 'é'.repeat(16), 'jwtSecret', 'é'.repeat(16)],
    ['REGISTRATION', 'closed', 'registration', 'closed'],
    ['PRESENCE_GRACE_MS', '600000', 'presenceGraceMs', 600_000],
    ['PRESENCE_LEASE_MS', '1000', 'presenceLeaseMs', 1000],
    ['HEARTBEAT_MS', '100', 'heartbeatMs', 100],
    ['MESSAGES_PER_MINUTE', '0', 'messagesPerMinute', 0],
    ['ROOM_CREATION', 'moderators', 'roomCreation', 'moderators'],
    ['ROOMS_PER_USER', '0', 'roomsPerUser', 0],
    ['BROADCAST', 'moderators', 'broadcast', 'moderators'],
    ['STREAMS_PER_USER', '0', 'streamsPerUser', 0],
    ['PASSWORD_MIN_CHARS', '256', 'passwordMinChars', 256],
    ['HISTORY_DAYS', '0', 'historyDays', 0],
    ['HISTORY_DAYS', '2', 'historyDays', 2],
    ['LOG_LEVEL', 'silent', 'logLevel', 'silent'],
    ['CORS_ORIGINS', '*', 'corsOrigins', ['*']],
    [
      'CORS_ORIGINS',
      'https://Chat.Example.org, http://127.0.0.1:8080,http://[::1]:80,app://obrol,',
      'corsOrigins',
      ['https://chat.example.org', 'http://127.0.0.1:8080', 'http://[::1]', 'app://obrol'],
    ],
    ['ALLOWED_HOSTS', '*', 'allowedHosts', ['*']],
    [
      'ALLOWED_HOSTS',
      'Chat.Example.org., *.example.org,my_host, 127.1,::1,[FD00:0::1],xn--mnchen-3ya.de',
      'allowedHosts',
      [
        'chat.example.org',
        '*.example.org',
        'my_host',
        '127.0.0.1',
        '[::1]',
        '[fd00::1]',
        'xn--mnchen-3ya.de',
      ],
    ],
    [
      'TRUST_PROXY',
      '127.0.0.1, 10.0.0.0/8,::1,fd00::/8',
      'trustProxy',
      ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'],
    ],
  ]
  for (const [variable, value, name, expected] of given) {
    t.same(readSettings({ [variable]: value })[name], expected, `${variable}=${value}`)
  }
})

t.test('a wrong value stops the start with one line that names it', async (t) => {
  const wrong: Record<string, string[]> = {
    HOST: ['http://localhost', '-x', 'a b', '127.0.0.1:80'],
    PORT: ['65536', '-1', '+1', '1.0', '1e3', '0x50', ' 80', '080', 'http', '99999999999999999999'],
    TOKEN_TTL_HOURS: ['0', '87601'],
    REGISTRATION: ['Open', 'yes'],
    PRESENCE_GRACE_MS: ['600001'],
    PRESENCE_LEASE_MS: ['999', '600001'],
    HEARTBEAT_MS: ['99', '3600001'],
    STREAM_MAX_SECONDS: ['604801'],
    SHUTDOWN_SECONDS: ['601'],
    MAX_STREAMS: ['0'],
    STREAMS_PER_USER: ['-1'],
    MESSAGES_PER_MINUTE: ['none'],
    ROOM_CREATION: ['nobody'],
    MEMBERS_PER_ROOM: ['-1'],
    BROADCAST: ['Everyone'],
    READS_PER_MINUTE: ['1000001'],
    STREAM_OPENS_PER_MINUTE: ['1,000'],
    LOGINS_PER_MINUTE: ['10 '],
    REGISTRATIONS_PER_HOUR: ['twenty'],
    REQUESTS_PER_MINUTE: ['-1'],
    CONNECTIONS_PER_ADDRESS: ['many'],
    MESSAGE_MAX_CHARS: ['0', '100001'],
    PASSWORD_MIN_CHARS: ['0', '257'],
    HISTORY_DAYS: ['1', '-1', '36501'],
    CORS_ORIGINS: [
      'example.org',
      'https://example.org/',
      'https://example.org/chat',
      'https://user@example.org',
      'https://example.org:port',
      'null',
      '*.example.org',
      'https://a.example,https://b.example/x',
    ],
    ALLOWED_HOSTS: [
      ',',
      'http://chat.example.org',
      'chat.example.org:3000',
      '[::1]:3000',
      '*.',
      '.',
      '**',
      'a b',
      'a\nb',
      'chat.*.org',
      'a,[::x]',
      '1.2.3.256',
      'münchen.de',
    ],
    TRUST_PROXY: [
      'loopback',
      '1',
      '1/8',
      '10.0.0.0/33',
      '0.0.0.0/0',
      '::/0',
      '::1/129',
      'proxy.example',
      '10.0.0.0/8/8',
    ],
    LOG_LEVEL: ['INFO', 'verbose', 'info\nwarn'],
  }
  for (const [variable, values] of Object.entries(wrong)) {
    for (const value of values) {
      const line = complaint({ [variable]: value })
      t.ok(line.startsWith(`${variable} is ${JSON.stringify(value)}; it must be `), line)
      t.notMatch(line, /[\r\n]/)
    }
  }
})

t.test('a long wrong value is told in part', async (t) => {
  t.ok(complaint({ PORT: '9'.repeat(1000) }).length < 200)
})

t.test('a secret is never repeated', async (t) => {
  const short = complaint({ JWT_SECRET: 'hunter2hunter2' })
  t.equal(
    short,
    'JWT_SECRET has a wrong value of 14 bytes, not shown here; it must be at least 32 bytes long in UTF-8, without control characters or surrounding blanks',
  )
  t.notMatch(complaint({ DATABASE_URL: 'mysql://ann:hunter2@db/chat' }), /hunter2/)
})

t.test('a PostgreSQL database is named by its address', async (t) => {
  for (const given of [
    'postgres://ann:hunter2@db/chat',
    'POSTGRESQL://ann@db:5432/chat?sslmode=require',
    'postgres://one:5432,other:5432/chat',
    'postgres://ann:p%40ss%23w%2Frd@[::1]:5432/chat',
    'postgres://ann:@db/chat',
  ])
    t.equal(readSettings({ DATABASE_URL: given }).databaseUrl, given)
  const wrong = [
    'chat.db',
    'mysql://ann@db/chat',
    'postgres://db',
    'postgres:///chat',
    // Each of these could be cut in more than one way.
    'postgres://ann:p@ss@[::1]:5432/chat',
    'postgres://ann:hunter2#w/rd@db/chat',
    'postgres://ann:hunter2/rd@db/chat',
    'postgres://ann:hunter2?@db/chat',
    'postgres://ann:hun:ter2@db/chat',
    'postgres://ann:100%@db/chat',
    'postgres://ann:hunter2@db/chat#x',
    'postgres://ann:hunter2@db/chat\r',
  ]
  for (const given of wrong)
    t.equal(
      complaint({ DATABASE_URL: given }),
      `DATABASE_URL has a wrong value of ${given.length} bytes, not shown here; it must be postgres://USER:PASSWORD@HOST:PORT/DATABASE; percent-encode what is special in the password (# as %23, / as %2F, @ as %40)`,
    )
})

t.test('what a file of settings adds by mistake is told, not taken', async (t) => {
  for (const folder of [
    '/srv/chat\r',
    '/srv/chat ',
    ' /srv',
    '"/srv/chat"',
    "'./data'",
    '~/chat',
    '$HOME/chat',
    '$(pwd)/chat',
    '%HOME%/chat',
  ]) {
    const line = complaint({ DATA_DIR: folder })
    t.ok(line.startsWith(`DATA_DIR is ${JSON.stringify(folder)}; it must be `), line)
  }
  const secret = 'x'.repeat(40)
  for (const given of [`${secret}\r`, ` ${secret}`, `${secret}\n`, `${secret}\u0000`])
    t.match(complaint({ JWT_SECRET: given }), 'without control characters or surrounding blanks')
  t.equal(readSettings({ DATA_DIR: '/srv/o’brien’s "chat" x' }).dataDir, '/srv/o’brien’s "chat" x')
})
