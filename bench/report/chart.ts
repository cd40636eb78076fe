/** One bar of a group: a server and its figure. */
interface Bar {
  name: string
  value: number
}

export interface Group {
  title: string
  bars: readonly Bar[]
}

const width = 760
const labelWidth = 190
const barHeight = 18
const gap = 6
const groupGap = 26
const colors: Readonly<Record<string, string>> = {
  obrol: '#2f6f4f',
  'gathered floor': '#9aa79f',
  'res.write': '#c9a227',
  nchan: '#7a6bb0',
}

/** Groups of bars as SVG, with one scale for all. */
export function chart(title: string, unit: string, groups: readonly Group[]): string {
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)))
  const scale = (width - labelWidth - 120) / most
  const parts: string[] = []
  let y = 44
  for (const group of groups) {
    parts.push(text(0, y + 12, group.title, 'font-weight="600"'))
    y += 20
    for (const { name, value } of group.bars) {
      const length = Math.max(1, value * scale)
      parts.push(
        text(labelWidth - 8, y + 13, name, 'text-anchor="end"'),
        `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2" fill="${colors[name] ?? '#5b8db8'}"/>`,
        text(labelWidth + length + 6, y + 13, `${Math.round(value).toLocaleString('en')}${unit}`),
      )
      y += barHeight + gap
    }
    y += groupGap - gap
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#ffffff"/>
${text(0, 18, title, 'font-size="15" font-weight="700"')}
${parts.join('\n')}
</svg>
`
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y}" fill="#1d2521" ${attributes}>${escaped(content)}</text>`
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
