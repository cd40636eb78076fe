import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A fenced block of a page. */
export interface Block {
  page: string
  /** The line on which its content begins. */
  line: number
  /** What it is in, for example `sh`. */
  language: string
  /** What its info string says beyond the language, for example `not-run`. */
  how: string
  text: string
}

/** Every page of Markdown in the repository, by its path. */
export function pagesOf(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: root, exclude: ['**/node_modules/**'] }).sort()
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

const fence = /^```([^\n]*)\n(.*?)^```$/gms

export function blocksOf(page: string): Block[] {
  const text = readPage(page)
  return [...text.matchAll(fence)].map(({ 1: info = '', 2: content = '', index }) => {
    const [language = '', ...how] = info.split(' ')
    const line = text.slice(0, index).split('\n').length + 1
    return { page, line, language, how: how.join(' '), text: content }
  })
}

/** The page without its blocks. */
function proseOf(page: string): string {
  return readPage(page).replaceAll(fence, '')
}

/** What is wrong with the links of a page: files and anchors that are not there, odd addresses. */
export function brokenLinksOf(page: string): string[] {
  const prose = proseOf(page)
  const links = prose.matchAll(/\]\(([^)\s]+)\)|<([a-z]+:[^>\s]+)>/g)
  return [...links]
    .map(([, link, address]) => (link ?? address) as string)
    .filter((link) => !leadsSomewhere(page, link))
}

function leadsSomewhere(page: string, link: string): boolean {
  // Outside addresses by their form alone: a test needs no network.
  if (/^[a-z]+:/.test(link))
    return URL.canParse(link) && (/^https:/.test(link) || /^http:\/\/127\.0\.0\.1[:/]/.test(link))
  const [target, anchor] = link.split('#')
  const file = target ? join(dirname(page), target) : page
  if (!existsSync(join(root, file))) return false
  return anchor === undefined || anchorsOf(file).includes(anchor)
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
