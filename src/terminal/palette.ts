/** The meaning of a segment; the palette maps it to colours. */
export type Style = 'plain' | 'faint' | 'person' | 'self' | 'private' | 'arrival' | 'refusal'

export interface Segment {
  text: string
  style: Style
}

/** SGR parameters (ECMA-48, 8.3.117), of the sixteen colours that every theme defines. */
const codes: Record<Exclude<Style, 'person'>, string> = {
  plain: '',
  faint: '2',
  self: '1',
  private: '35',
  arrival: '32',
  refusal: '31',
}
const peopleCodes = ['36', '33', '34', '32', '95', '96', '94', '93']

/** Adds the escape sequences of colours. */
export type Palette = (segment: Segment) => string

/** No colours. */
export const plainPalette: Palette = ({ text }) => text

/** Each user always has the same colour. */
export const colourPalette: Palette = ({ text, style }) => {
  const code = style === 'person' ? colourOf(text) : codes[style]
  return code && text ? `\x1b[${code}m${text}\x1b[0m` : text
}

/**
 * FORCE_COLOR (force-color.org) decides if it is set, then NO_COLOR (no-color.org), and then whether
 * the output is a terminal with colours.
 */
export function choosePalette(env: NodeJS.ProcessEnv, isTerminal: boolean): Palette {
  const { FORCE_COLOR: forced, NO_COLOR: without, TERM: terminal } = env
  if (forced !== undefined) return ['0', 'false'].includes(forced) ? plainPalette : colourPalette
  return isTerminal && !without && terminal !== 'dumb' ? colourPalette : plainPalette
}

function colourOf(name: string): string {
  let sum = 0
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) as number)) % 65_521
  return peopleCodes[sum % peopleCodes.length] as string
}
