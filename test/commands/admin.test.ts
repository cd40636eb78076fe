import t, { type Test } from 'tap'
import { adminCommands, optionsOf } from '../../src/commands/admin/commands.ts'
import { linesOfUser, linesOfUsers } from '../../src/commands/admin/format.ts'
import { type AdminIo, admin, unreachableReason } from '../../src/commands/admin.ts'
import { openApiDocument } from '../../src/commands/openapi.ts'
import { type Guest, openRoom, type Room, type RoomOptions } from '../support/room.ts'

interface Ran {
  status: number
  out: string
  error: string
}

/** Runs a command line as it is typed, without quotes inside. */
async function run(line: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const ran = { status: 0, out: '', error: '' }
  const io: AdminIo = {
    env,
    out(text) {
      ran.out += text
    },
    error(text) {
      ran.error += text
    },
  }
  const words = line.split(' ').filter((word) => word !== '')
  const status = await admin(words, io)
  return { ...ran, status }
}

/** A server with four people, and its console. */
async function open(t: Test, options: RoomOptions = {}) {
  const room = await openRoom(t, options)
  const people: Guest[] = []
  for (const name of ['ann', 'bob', 'cid']) people.push(await room.register(name))
  const [ann] = people as [Guest]
  return { room, ann, byConsole: (line: string) => run(line, { DATA_DIR: room.folder }) }
}

/** From afar. */
const afar = ({ url }: Room, { token }: Guest, line: string, env = {}) =>
  run(`${line} --url ${url}`, { OBROL_TOKEN: token, ...env })

t.test('has a command for each call of the staff', async (t) => {
  const { paths } = JSON.parse(await openApiDocument('3.1')) as { paths: Record<string, object> }
  const calls = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/admin/'))
    .flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
  const commanded = adminCommands.map(
    ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
  )
  t.same([...new Set(commanded)].sort(), calls.sort())
})

t.test('looks after accounts by the console', async (t) => {
  const { room, byConsole } = await open(t)
  t.same(await byConsole('user grant ann admin'), {
    status: 0,
    out: 'ann is an admin now\n',
    error: '',
  })
  t.equal((await byConsole('user grant bob moderator')).out, 'bob is a moderator now\n')
  t.match(await byConsole('user list'), {
    out: 'ann  admin\nbob  moderator\ncid  member\n',
  })
  t.equal((await byConsole('user list --role moderator')).out, 'bob  moderator\n')
  t.match((await byConsole('user list --limit 2')).out, /\nMore: add --after bob\n$/)

  t.same(await byConsole('user ban cid --reason Spam'), {
    status: 2,
    out: '',
    error: 'obrol: this ends all their sessions for good: add --yes to obrol admin user ban\n',
  })
  const until = '2090-01-31T12:00:00Z'
  t.equal(
    (await byConsole(`user ban cid --reason Spam --until ${until} --yes`)).out,
    'cid is banned\n',
  )
  t.equal((await byConsole('user mute cid')).out, 'cid is muted\n')
  t.match((await byConsole('user show cid')).out.split('\n'), [
    'cid',
    '  role        member',
    /^ {2}registered {2}\d/,
    '  sessions    0',
    '  banned until 2090-01-31T12:00:00.000Z by console: Spam',
    '  muted by console',
    '',
  ])
  t.equal((await byConsole('user unban cid')).out, 'cid is not banned\n')
  t.equal((await byConsole('user unmute cid')).out, 'cid is not muted\n')
  t.match((await byConsole('user show ann')).out, /\n {2}last seen {3}\d/)
  t.equal((await byConsole('user show an')).out, 'Nobody is registered as an\n')
  t.equal((await byConsole('user show zoe')).out, 'Nobody is registered as zoe\n')

  const made = await byConsole('user create zoe')
  t.match(made.out, /^zoe is registered\nSetup code: [\w-]{22}\nShown this once, .* until \d/)
  t.equal((await byConsole('user create helper --bot')).out, 'helper is registered\n')
  t.match((await byConsole('user list --q help')).out, 'helper  member  bot\n')
  const code = /Setup code: (\S+)/.exec((await byConsole('user setup ann')).out)?.[1]
  const body = { code, newPassword: 'paper-boats-2' }
  t.equal((await room.call('POST', '/v1/login/setup', { body })).status, 200)

  const audit = (await byConsole('audit')).out.split('\n')
  t.match(audit[0], /^\d\S+ {2}ann {2}setup-used {2}ann {2}from 127\.0\.0\.1$/)
  t.match(audit[1], /^\d\S+ {2}console {2}setup-issued {2}ann$/)
  t.match((await byConsole('audit --action banned')).out, /banned {2}cid {2}reason="Spam" until=\d/)
  t.match((await byConsole('audit --limit 1')).out, /\nMore: add --before \d+\n$/)
})

t.test('writes JSON for programs', async (t) => {
  const { byConsole } = await open(t)
  t.same(await byConsole('user grant ann admin --json'), { status: 0, out: '', error: '' })
  const listed = JSON.parse((await byConsole('user list --json')).out)
  t.match(listed, { users: [{ username: 'ann', role: 'admin' }, {}, {}], more: false })
  const refused = await byConsole('user grant nobody admin --json')
  t.equal(refused.status, 1)
  t.match(JSON.parse(refused.error), { status: 404, type: '/problems/unknown-person' })
})

t.test('works from afar with a token', async (t) => {
  const { room, ann, byConsole } = await open(t)
  t.match(await afar(room, ann, 'user list'), {
    status: 1,
    error: 'obrol: Only moderators and admins of this server may do this.\n',
  })
  await byConsole('user grant ann admin')
  t.match(await afar(room, ann, 'user grant bob moderator'), { status: 0 })
  t.match(await run(`user list --url ${room.url} --token ${ann.token}`), { status: 0 })
  const wrong = { OBROL_PASSWORD: 'wrong-password' }
  t.match(await afar(room, ann, 'user grant bob member', wrong), {
    status: 1,
    error: /not the password/,
  })
  t.match(await afar(room, ann, 'user list', wrong), { status: 0 }, 'where none is needed')
})

t.test('a server that cannot be reached is told in one line', async (t) => {
  const { room, ann } = await open(t)
  const { folder, url } = room
  await room.stop()
  t.same(await run('user list', { DATA_DIR: folder }), {
    status: 3,
    out: '',
    error: `obrol: no server listens on ${folder}/admin.sock: start it, or set DATA_DIR as it is set there\n`,
  })
  t.match(await run(`user list --url ${url} --token ${ann.token}`), {
    status: 3,
    error: /^obrol: http:\S+ could not be reached: .+\n$/,
  })
})

t.test('a socket of another user is told as one', async (t) => {
  const error = Object.assign(new Error('no'), { code: 'EACCES' })
  t.match(unreachableReason({ socket: '/a.sock' }, error), /run this as the user that the server/)
})

t.test('an account that was closed is shown as one, and sessions to admins alone', async (t) => {
  const user = { username: 'zoe', role: 'member', createdAt: '2026-11-02', closed: true } as const
  t.same(linesOfUsers({ users: [user], more: false }), ['zoe  member  closed'])
  t.same(linesOfUser({ users: [user] }, { q: 'zoe' }), [
    'zoe',
    '  role        member',
    '  registered  2026-11-02',
    '  closed',
  ])
})

t.test('a wrong command line is told in one line', async (t) => {
  for (const [line, error] of [
    ['user', /no such command; see obrol admin --help/],
    ['user fly ann', /no such command/],
    ['user grant ann', /usage: obrol admin user grant USERNAME ROLE \[OPTIONS\]/],
    ['user show', /usage: obrol admin user show USERNAME/],
    ['user list --colour red', /Unknown option '--colour'; see obrol admin user list --help/],
    ['user list --url ftp://here', /"ftp:\/\/here" is not a server address/],
    ['user list --url localhost:1', /--url needs a token: set OBROL_TOKEN/],
  ] as const)
    t.match(await run(line), { status: 2, out: '', error }, line)
  t.match(await run('user list', { ADMIN_SOCKET: 'off' }), {
    status: 2,
    error: /the console is off \(ADMIN_SOCKET\): give --url and a token/,
  })
  await t.rejects(run('user list', { DATA_DIR: '"x"' }), { name: 'SettingsError' })
})

t.test('the help has an example of each command', async (t) => {
  for (const line of ['--help', '-h', '']) {
    const { status, out } = await run(line)
    t.equal(status, 0)
    for (const { example } of adminCommands) t.match(out, example)
  }
  for (const command of adminCommands) {
    const { status, out } = await run(`${command.words} --help`)
    t.equal(status, 0)
    t.match(out, command.example)
    for (const { name } of optionsOf(command)) t.match(out, `--${name}`)
    t.notMatch(out, '--password')
  }
})
