import { scripts } from './tables.ts'

/** A script, as Script_Extensions have it: a code point may be of several, or shared by all. */
export class Script {
  readonly name: string
  #characterPattern: RegExp | undefined
  #textPattern: RegExp | undefined

  constructor(name: string) {
    this.name = name
  }

  /** Whether a code point may be in a text of this script. */
  has(character: string): boolean {
    this.#characterPattern ??= patternOf([this.name], '')
    return this.#characterPattern.test(character)
  }

  /** Whether a text may be of this script alone. */
  isAllOf(text: string): boolean {
    this.#textPattern ??= patternOf([this.name, 'Common', 'Inherited'], '*')
    return this.#textPattern.test(text)
  }
}

/**
 * Those that most people write in (UAX #31, table 5) are looked at first: each takes the better part
 * of a millisecond when it is first looked at.
 */
const recommended =
  'Latin Han Arabic Cyrillic Devanagari Bengali Greek Hangul Hiragana Katakana Hebrew Thai Tamil ' +
  'Telugu Armenian Bopomofo Ethiopic Georgian Gujarati Gurmukhi Kannada Khmer Lao Malayalam ' +
  'Myanmar Oriya Sinhala Thaana Tibetan'

const allScripts = [...new Set(`${recommended} ${scripts.trim()}`.split(/\s/))].map(
  (name) => new Script(name),
)

/** Latin may stand with what Japanese, Chinese and Korean are written in (UTS #39, section 5.2). */
const allowedMixes = ['Hiragana Katakana', 'Bopomofo', 'Hangul'].map((others) =>
  patternOf(['Latin', 'Han', ...others.split(' '), 'Common', 'Inherited'], '*'),
)

/** Belongs to every script. */
const commonScripts = patternOf(['Common', 'Inherited'], '')

/**
 * Whether a text is of one script, or of a mix that UTS #39 calls highly restrictive: Latin with
 * Japanese, with Chinese and Bopomofo, or with Korean.
 */
export function isOfOneScript(text: string): boolean {
  return (
    allowedMixes.some((mix) => mix.test(text)) || allScripts.some((script) => script.isAllOf(text))
  )
}

/** The names of scripts that a text is of, so many that each of its code points is of one. */
export function scriptsOf(text: string): string[] {
  const found = new Set<Script>()
  for (const character of text) {
    if (commonScripts.test(character) || [...found].some((script) => script.has(character)))
      continue
    const script = allScripts.find((script) => script.has(character))
    if (script) found.add(script)
  }
  return allScripts
    .filter((script) => found.has(script))
    .map(({ name }) => name.replaceAll('_', ' '))
}

/** A text of nothing but these scripts. Nothing is of a script that this Node does not know yet. */
function patternOf(names: readonly string[], times: '' | '*'): RegExp {
  const classes = names.map((name) => `\\p{scx=${name}}`).join('')
  try {
    return new RegExp(`^[${classes}]${times}$`, 'u')
  } catch {
    return /(?!)/
  }
}
