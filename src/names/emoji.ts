import { rgiEmoji } from './emoji-table.ts'

/** In UTF-16 units. No emoji is as long. */
const maxLength = 32

const tone = /[\u{1F3FB}-\u{1F3FF}]/gu
const [lightest, second] = ['\u{1F3FB}', '\u{1F3FC}']
const variationSelector = '\uFE0F'

/** The patterns of the table without what is not needed to tell them apart; made at first use. */
let patterns: ReadonlyMap<string, string> | undefined

/**
 * The emoji of Unicode's RGI set (UTS #51) that a text is, fully qualified. The text may lack some of
 * its variation selectors, as it often does on keyboards.
 */
export function fullyQualifiedEmoji(text: string): string | undefined {
  if (text.length > maxLength) return undefined
  patterns ??= new Map(
    rgiEmoji
      .trim()
      .split(/\s/)
      .map((pattern) => [bare(pattern), pattern]),
  )
  const pattern = patterns.get(bare(text))
  if (pattern === undefined) return undefined
  const tones = text.match(tone) ?? []
  if (pattern.includes(second) && tones[0] === tones[1]) return undefined
  let at = 0
  const emoji = pattern.replace(tone, () => tones[at++] as string)
  return lacksOnlySelectors(text, emoji) ? emoji : undefined
}

function bare(emoji: string): string {
  return emoji.replaceAll(variationSelector, '').replace(tone, lightest)
}

/** Whether a text, which differs in nothing but variation selectors, has none that is not the emoji's. */
function lacksOnlySelectors(text: string, emoji: string): boolean {
  let at = 0
  for (const unit of emoji) if (text.startsWith(unit, at)) at += unit.length
  return at === text.length
}
