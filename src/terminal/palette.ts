/** What a piece of a line is; the palette knows how that looks. */
export type Style = 'plain' | 'faint' | 'person' | 'self' | 'private' | 'arrival' | 'refusal'

export interface Segment {
  text: string
  style: Style
}

/** SGR parameters (ECMA-48, 8.3.117): of the sixteen colours every theme makes readable. */
const codes: Record<Exclude<Style, 'person'>, string> = {
  plain: '',
  faint: '2',
  self: '1',
  private: '35',
  arrival: '32',
  refusal: '31',
}
const peopleCodes = ['36', '33', '34', '32', '95', '96', '94', '93']

/** Turns segments into what is written to the terminal. */
export type Palette = (segment: Segment) => string

/** The segments' texts and nothing else. */
export const plainPalette: Palette = ({ text }) => text

/** Each person has a colour, the same one always and everywhere. */
export const colourPalette: Palette = ({ text, style }) => {
  const code = style === 'person' ? colourOf(text) : codes[style]
  return code && text ? `\x1b[${code}m${text}\x1b[0m` : text
}

/**
 * Whether colours are wanted: FORCE_COLOR (force-color.org) decides where it is set, then NO_COLOR
 * (no-color.org), else they go to a terminal that can show them.
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
