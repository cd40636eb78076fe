/**
 * Checks every regular expression in `src/` for inputs that make it take more than linear time, which
 * a client would send. Tells each with such an input, and ends with status 1 where there is one.
 *
 *     node build/check-expressions.ts
 */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { check } from 'recheck'
import { parseSync, Visitor } from 'vite'

interface Expression {
  place: string
  pattern: string
  flags: string
}

/** What whoever starts the server writes, and nobody else. */
const ofSettings = ['src/setting-types.ts']

/** Where expressions are made at run time, of nothing that a client sent; they cannot be checked here. */
const madeOfOurs = ['src/http/checks/route-table.ts', 'src/names/scripts.ts']

/** What names and texts are made of: letters, marks, digits, signs, emoji and their joints. */
const parts = [
  'a',
  'a\u0301',
  '\u0301',
  '1',
  '.',
  '_a',
  '👍',
  '👩\u200d',
  '🇮',
  '\u200d',
  '\ufe0f',
  '\0',
]

const root = fileURLToPath(new URL('..', import.meta.url))
const files = globSync('src/**/*.{ts,tsx}', { cwd: root, exclude: ofSettings }).sort()
const found = files.flatMap(expressionsIn)
let bad = 0
for (const { place, pattern, flags } of found) {
  const { status, attack } = flags.includes('v')
    ? timed(pattern, flags)
    : await check(pattern, flags, { timeout: 60_000 })
  if (status === 'safe') continue
  bad++
  process.stderr.write(`${place}: /${pattern}/${flags} is ${status}`)
  process.stderr.write(attack ? `, by ${attack.pattern}\n` : '\n')
}
process.stdout.write(`${found.length} regular expressions, ${bad} of them not linear\n`)
process.exitCode = bad > 0 ? 1 : 0

/**
 * Those with sets of characters, which the checker cannot read: whether twice as long an input takes
 * much more than twice as long.
 */
function timed(pattern: string, flags: string) {
  const expression = new RegExp(pattern, flags)
  for (const part of parts) {
    const [half, whole] = [50_000, 100_000].map((length) => {
      return quickest(expression, `${part.repeat(length / part.length)}\0`)
    }) as [number, number]
    if (whole > 20 && whole > half * 3) return { status: 'slow', attack: { pattern: part } }
  }
  return { status: 'safe', attack: undefined }
}

function quickest(expression: RegExp, text: string): number {
  const times = [1, 2, 3].map(() => {
    const began = performance.now()
    text.replace(expression, '')
    return performance.now() - began
  })
  return Math.min(...times)
}

/** The literals of a file. Of those made at run time there may be none, but where it is said. */
function expressionsIn(file: string): Expression[] {
  const source = readFileSync(`${root}/${file}`, 'utf8')
  const expressions: Expression[] = []
  const placeOf = (start: number) => `${file}:${source.slice(0, start).split('\n').length}`
  const visitor = new Visitor({
    Literal(node) {
      if ('regex' in node) expressions.push({ place: placeOf(node.start), ...node.regex })
    },
    NewExpression({ callee, start }) {
      const made = callee.type === 'Identifier' && callee.name === 'RegExp'
      if (made && !madeOfOurs.includes(file))
        throw new Error(`${placeOf(start)}: write it as a literal, so that it can be checked`)
    },
  })
  visitor.visit(parseSync(file, source).program)
  return expressions
}
