/**
 * No two names that a person would mistake for one another can both be registered, and a registered
 * name logs in when typed in any case: checked for everything that UTS #39 calls confusable, and for
 * the cased letters of every script.
 */
import fc from 'fast-check'
import t from 'tap'
import { Accounts } from '../../src/chat/accounts.ts'
import { PasswordRules } from '../../src/chat/password-rules.ts'
import { Passwords } from '../../src/chat/passwords.ts'
import { checkUsername, isReserved } from '../../src/chat/usernames.ts'
import { usernameKey } from '../../src/names/name-forms.ts'
import { parseMapping } from '../../src/names/parse-mapping.ts'
import { confusables, scripts } from '../../src/names/tables.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const seed = 39
const password = 'correct horse'

/** Replaces hashing, which is slow and does not depend on names. */
class PlainPasswords extends Passwords {
  override async hash(plain: string): Promise<string> {
    return plain
  }

  override async verify(plain: string, kept: string | undefined): Promise<boolean> {
    return plain === kept
  }
}

function open(): Accounts {
  return new Accounts({
    store: new MemoryStore(),
    passwords: new PlainPasswords(),
    ttlMs: 1_000,
    registration: 'open',
    passwordRules: new PasswordRules({ minChars: 8 }),
  })
}

/** Classes of characters that look the same, each with its prototype if that is a single character. */
const classes = [...Map.groupBy(parseMapping(confusables), ([, prototype]) => prototype)].map(
  ([prototype, members]) => [prototype, ...members.map(([from]) => from)],
)

const scriptNames = scripts.trim().split(/\s/)

/** The members of each class that a name of the script can hold. */
const byScript = new Map(
  scriptNames.map((script) => {
    const letters = new RegExp(`^\\p{scx=${script}}+$`, 'u')
    const known = classes.map((members) => members.filter((member) => letters.test(member)))
    return [script, known] as const
  }),
)

/** Except the dotless i: its upper case is that of another letter. */
const casedLetters = Array.from({ length: 0x20000 }, (_, code) =>
  String.fromCodePoint(code),
).filter((one) => one.toLowerCase() !== one.toUpperCase() && one !== 'ı')

/** Names with several marks in a row are skipped: NFD may order look-alike marks differently. */
const marksInOrder = /\p{M}\p{M}/u

/** The network of all clients. */
const here = ['192.0.2.1'] as const

function good(name: string): boolean {
  return checkUsername(name) === undefined && !isReserved(name)
}

/** Registers one name; the names that look like it must then be refused. */
async function registersOne(names: readonly string[]): Promise<void> {
  const accounts = open()
  const [first, ...others] = names as [string, ...string[]]
  await accounts.register(first, password, here)
  for (const other of others) {
    const { code } = await refusalOf(() => accounts.register(other, password, here))
    if (code !== 'username-taken') throw new Error(`${other} beside ${first}: ${code}`)
  }
}

t.test(
  'only one of several look-alikes can be registered, alone and among other letters',
  async (t) => {
    let compared = 0
    for (const members of classes) {
      for (const beside of ['', 'a', 'д', 'ω', 'ب', '王']) {
        const names = members.map((member) => beside + member + member + beside).filter(good)
        if (names.length < 2) continue
        await registersOne(names)
        compared += names.length
      }
    }
    t.ok(compared > 10_000, `${compared} names`)
  },
)

t.test('only one of two look-alikes of different scripts can be registered', async (t) => {
  const pairs = scriptNames.flatMap((one) =>
    scriptNames.flatMap((other) => {
      const [here, there] = [byScript.get(one), byScript.get(other)] as [string[][], string[][]]
      const both = classes.map((_, at) => at).filter((at) => here[at]?.length && there[at]?.length)
      return both.length > 1 ? [{ one: here, other: there, both }] : []
    }),
  )
  t.ok(pairs.length > 1_000, `${pairs.length} pairs of scripts`)
  const alike = fc.constantFrom(...pairs).chain(({ one, other, both }) => {
    const letter = fc
      .constantFrom(...both)
      .chain((at) =>
        fc.tuple(
          fc.constantFrom(...(one[at] as string[])),
          fc.constantFrom(...(other[at] as string[])),
        ),
      )
    return fc.array(letter, { minLength: 2, maxLength: 12 })
  })
  let tried = 0
  await fc.assert(
    fc.asyncProperty(alike, async (letters) => {
      const names = [0, 1].map((at) => letters.map((pair) => pair[at]).join(''))
      if (!names.every(good) || names.some((name) => marksInOrder.test(name.normalize('NFD'))))
        return
      tried++
      // In capitals the names may look different; their folded forms look the same.
      const capitals = names.map((name) => name.toUpperCase())
      const folded = [...names, ...capitals].every(
        (name, at) => usernameKey(name) === names[at % 2],
      )
      await registersOne(folded ? [...names, ...capitals.filter(good)] : names)
    }),
    { seed, numRuns: 4_000 },
  )
  t.ok(tried > 1_000, `${tried} pairs of names, seed ${seed}`)
})

t.test('a name logs in when typed in any case, and nobody else can register it', async (t) => {
  const cased = scriptNames
    .map((script) =>
      casedLetters.filter((one) => new RegExp(`^\\p{scx=${script}}$`, 'u').test(one)),
    )
    .filter((letters) => letters.length > 0)
  t.ok(cased.length >= 15, `${cased.length} scripts with cases`)
  const name = fc
    .constantFrom(...cased)
    .chain((letters) => fc.array(fc.constantFrom(...letters), { minLength: 2, maxLength: 8 }))
  const cases = fc.array(fc.nat({ max: 3 }), { minLength: 8, maxLength: 8 })
  let tried = 0
  await fc.assert(
    fc.asyncProperty(name, cases, async (letters, how) => {
      const typed = letters.join('')
      if (!good(typed)) return
      tried++
      const accounts = open()
      const { account } = await accounts.register(typed, password, here)
      const changed = letters.map((letter, at) => otherCase(letter, how[at] as number)).join('')
      for (const other of [changed, typed.toUpperCase(), typed.toLowerCase()]) {
        const found = await accounts.login(other, password, here)
        if (found.account.id !== account.id) throw new Error(`${other} is not ${typed}`)
        if (checkUsername(other) !== undefined) continue
        const { code } = await refusalOf(() => accounts.register(other, password, here))
        if (code !== 'username-taken') throw new Error(`${other} beside ${typed}: ${code}`)
      }
    }),
    { seed, numRuns: 1_500 },
  )
  t.ok(tried > 1_000, `${tried} names, seed ${seed}`)
})

function otherCase(letter: string, how: number): string {
  const forms = [letter, letter.toUpperCase(), letter.toLowerCase(), letter.normalize('NFD')]
  return forms[how] as string
}
