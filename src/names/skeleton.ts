import { parseMapping } from './parse-mapping.ts'
import { confusables } from './tables.ts'

/** Parsed at first use, so that it does not slow the start. */
let prototypes: ReadonlyMap<string, string> | undefined

const ignorable = /\p{DI}/gu

/** A dot above a letter that has a dot: "i" and "i̇" look the same (Unicode's Soft_Dotted). */
const secondDot = /(\p{SD}[\p{M}--[\u0307]]*)\u0307/gv

/**
 * The skeleton of UTS #39, section 4: names that a person may mistake for one another have the same
 * skeleton. The table covers only code points that a name can hold. Compare skeletons; never show them.
 */
export function skeleton(text: string): string {
  prototypes ??= parseMapping(confusables)
  let alike = ''
  for (const character of text.normalize('NFD').replace(ignorable, '')) {
    alike += prototypes.get(character) ?? character
  }
  return alike.normalize('NFD').replace(secondDot, '$1')
}
