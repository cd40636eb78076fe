import { parseMapping } from './code-point-mapping.ts'
import { confusables } from './tables.ts'

/** Read when it is first needed: a start can do without. */
let prototypes: ReadonlyMap<string, string> | undefined

const ignorable = /\p{DI}/gu

/** A dot above a letter that has one: "i" and "i̇" look the same (Unicode's Soft_Dotted). */
const secondDot = /(\p{SD}[\p{M}--[\u0307]]*)\u0307/gv

/**
 * The skeleton of UTS #39, section 4: two names that a person may take for one another have the same.
 * Right for what can be in a name; the table leaves the rest out. It is to be compared, never shown.
 */
export function skeleton(text: string): string {
  prototypes ??= parseMapping(confusables)
  let alike = ''
  for (const character of text.normalize('NFD').replace(ignorable, '')) {
    alike += prototypes.get(character) ?? character
  }
  return alike.normalize('NFD').replace(secondDot, '$1')
}
