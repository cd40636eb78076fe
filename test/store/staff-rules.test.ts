import t, { type Test } from 'tap'
import type { Role } from '../../src/store/person.ts'
import {
  decideStaff,
  type StaffFacts,
  type StaffRefusal,
  type StaffTarget,
} from '../../src/store/staff-rules.ts'
import type { Restriction, StaffCommand } from '../../src/store/staff-store.ts'
import {
  banUser,
  createUser,
  issueSetup,
  muteUser,
  setRole,
  unbanUser,
  unmuteUser,
} from './staff-commands.ts'

const mod = { account: { id: 1, username: 'mod' }, role: 'moderator' } as const
const admin = { account: { id: 2, username: 'admin' }, role: 'admin' } as const
const member = { account: { id: 3, username: 'member' }, role: 'member' } as const
const theConsole = { account: null, role: 'admin' } as const

const bob: StaffTarget = {
  id: 9,
  username: 'bob',
  role: 'member',
  bot: false,
  closed: false,
  ban: undefined,
  mute: undefined,
}

/** An admin acts on a member, Bob; another admin can act. */
const facts: StaffFacts = {
  caller: admin,
  isProven: true,
  target: bob,
  otherAdmins: 1,
  nameIsTaken: false,
}

type Facts = Partial<Omit<StaffFacts, 'target'>> & { target?: Partial<StaffTarget> | undefined }
type Expected = StaffRefusal | 'changed' | 'same'
type Row = [name: string, command: StaffCommand, facts: Facts, expected: Expected]

function judge(t: Test, rows: Row[]): void {
  for (const [name, command, given, expected] of rows) {
    const target = 'target' in given && !given.target ? undefined : { ...bob, ...given.target }
    const decision = decideStaff(command, { ...facts, ...given, target })
    const said = 'refusal' in decision ? decision.refusal : decision.change ? 'changed' : 'same'
    t.equal(said, expected, name)
  }
}

const setBy = (byRole: Role, rest: Partial<Restriction> = {}): Restriction => ({
  reason: null,
  until: null,
  at: 0,
  by: null,
  byRole,
  ...rest,
})

const commands: [command: StaffCommand, least: 'moderator' | 'admin'][] = [
  [setRole('bob', 'moderator'), 'admin'],
  [banUser('bob'), 'moderator'],
  [unbanUser('bob'), 'moderator'],
  [muteUser('bob'), 'moderator'],
  [unmuteUser('bob'), 'moderator'],
  [createUser('zoe'), 'admin'],
  [issueSetup('bob'), 'admin'],
]

t.test('each command needs a role, which is told before anything else', async (t) => {
  const bad = { isProven: false, target: undefined, nameIsTaken: true }
  for (const [command, least] of commands) {
    judge(t, [
      [`${command.kind} by a member`, command, { ...bad, caller: member }, `needs-${least}`],
      [`${command.kind} by an admin`, command, { ...bad, isProven: true }, refusalOfBad(command)],
      [`${command.kind} by the console`, command, { caller: theConsole }, expected(command)],
      [`${command.kind} by an admin`, command, {}, expected(command)],
      [
        `${command.kind} by a moderator`,
        command,
        { caller: mod },
        least === 'admin' ? 'needs-admin' : expected(command),
      ],
    ])
  }
})

function refusalOfBad({ kind }: StaffCommand): Expected {
  return kind === 'create-user' ? 'username-taken' : 'unknown-user'
}

/** Nobody has restricted Bob, so there is nothing to lift. */
function expected({ kind }: StaffCommand): Expected {
  return kind === 'unban' || kind === 'unmute' ? 'same' : 'changed'
}

t.test('a missing proof is told before anything of the target', async (t) => {
  const facts = { isProven: false, target: undefined }
  judge(t, [
    ['by an admin', setRole('bob', 'admin'), facts, 'not-proven'],
    [
      'by a moderator, whose role is lacking',
      issueSetup('bob'),
      { ...facts, caller: mod },
      'needs-admin',
    ],
  ])
})

t.test('nobody but admins acts on an equal or higher role', async (t) => {
  for (const command of [banUser('bob'), unbanUser('bob'), muteUser('bob'), unmuteUser('bob')]) {
    const { kind } = command
    const by = (caller: StaffFacts['caller'], role: Role): Facts => ({ caller, target: { role } })
    judge(t, [
      [`${kind}: a moderator on a moderator`, command, by(mod, 'moderator'), 'not-outranked'],
      [`${kind}: a moderator on an admin`, command, by(mod, 'admin'), 'not-outranked'],
      [`${kind}: an admin on a moderator`, command, by(admin, 'moderator'), expected(command)],
      [`${kind}: an admin on an admin`, command, by(admin, 'admin'), expected(command)],
      [`${kind}: the console on an admin`, command, by(theConsole, 'admin'), expected(command)],
      [
        `${kind}: a moderator on a bot`,
        command,
        { caller: mod, target: { bot: true } },
        'target-is-bot',
      ],
      [`${kind}: an admin on a bot`, command, { target: { bot: true } }, expected(command)],
    ])
  }
})

t.test('a role', async (t) => {
  judge(t, [
    ['is given', setRole('bob', 'admin'), {}, 'changed'],
    ['is there already', setRole('bob', 'member'), {}, 'same'],
    ['is taken', setRole('bob', 'member'), { target: { role: 'admin' } }, 'changed'],
    ['is not for bots', setRole('bob', 'moderator'), { target: { bot: true } }, 'not-for-bots'],
    ['of a bot is member', setRole('bob', 'member'), { target: { bot: true } }, 'same'],
    [
      'is not for who has gone',
      setRole('bob', 'admin'),
      { target: { closed: true } },
      'account-closed',
    ],
  ])
})

t.test('the last admin who can act stays', async (t) => {
  const last = (
    target: Partial<StaffTarget> = {},
    caller: StaffFacts['caller'] = admin,
  ): Facts => ({
    caller,
    otherAdmins: 0,
    target: { role: 'admin', ...target },
  })
  const banned = { ban: setBy('admin') }
  judge(t, [
    ['their role', setRole('bob', 'member'), last(), 'last-admin'],
    ['their role, by the console', setRole('bob', 'member'), last({}, theConsole), 'last-admin'],
    ['a ban', banUser('bob'), last(), 'last-admin'],
    ['a ban that would change', banUser('bob', { until: 9 }), last(banned), 'changed'],
    ['a mute', muteUser('bob'), last(), 'changed'],
    ['the same role', setRole('bob', 'admin'), last(), 'same'],
    ['who is banned can go', setRole('bob', 'member'), last(banned), 'changed'],
    ['who is no admin can be banned', banUser('bob'), last({ role: 'moderator' }), 'changed'],
  ])
})

t.test('a ban and a mute', async (t) => {
  for (const [what, restrict, lift] of [
    ['ban', banUser, unbanUser],
    ['mute', muteUser, unmuteUser],
  ] as const) {
    const current = (byRole: Role, caller: StaffFacts['caller'], rest = {}): Facts => ({
      caller,
      target: { [what]: setBy(byRole, rest) },
    })
    judge(t, [
      ['the same again', restrict('bob'), current('moderator', mod), 'same'],
      ['another reason', restrict('bob', { reason: 'spam' }), current('moderator', mod), 'changed'],
      ['another end', restrict('bob', { until: 9 }), current('moderator', mod), 'changed'],
      [
        'what an admin set',
        restrict('bob', { until: 9 }),
        current('admin', mod),
        'set-by-higher-role',
      ],
      ['the same as an admin set', restrict('bob'), current('admin', mod), 'same'],
      ['an admin confirms it', restrict('bob'), current('moderator', admin), 'changed'],
      ['an admin changes it', restrict('bob', { until: 9 }), current('admin', admin), 'changed'],
      ['a moderator lifts it', lift('bob'), current('moderator', mod), 'changed'],
      ['what an admin set is not lifted', lift('bob'), current('admin', mod), 'set-by-higher-role'],
      ['by an admin it is', lift('bob'), current('admin', admin), 'changed'],
      ['by the console it is', lift('bob'), current('admin', theConsole), 'changed'],
      ['there is none', lift('bob'), {}, 'same'],
      ['of who has gone', restrict('bob'), { target: { closed: true } }, 'account-closed'],
    ])
  }
})

t.test('a setup code', async (t) => {
  judge(t, [
    ['of a moderator', issueSetup('bob'), { target: { role: 'moderator' } }, 'changed'],
    ['of an admin', issueSetup('bob'), { target: { role: 'admin' } }, 'not-outranked'],
    [
      'of an admin, by the console',
      issueSetup('bob'),
      { caller: theConsole, target: { role: 'admin' } },
      'changed',
    ],
    ['of a bot', issueSetup('bob'), { target: { bot: true } }, 'not-for-bots'],
    ['of who has gone', issueSetup('bob'), { target: { closed: true } }, 'account-closed'],
    [
      'of who is banned',
      issueSetup('bob'),
      { target: { ban: setBy('moderator') } },
      'target-banned',
    ],
  ])
})

t.test('a new account', async (t) => {
  judge(t, [
    ['of a person', createUser('zoe'), { target: undefined }, 'changed'],
    ['of a bot', createUser('helper', true), { target: undefined }, 'changed'],
    ['under a name that is taken', createUser('zoe'), { nameIsTaken: true }, 'username-taken'],
  ])
})
