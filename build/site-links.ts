import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/**
 * The links of a site of HTML that lead nowhere: to files or anchors that are not there, and whatever a
 * page would have to load from elsewhere.
 */
export function brokenLinksIn(site: string): string[] {
  const anchors = new Map<string, Set<string>>()
  const pages = globSync('**/*.html', { cwd: site })
  for (const page of pages) anchors.set(page, anchorsOf(readFileSync(join(site, page), 'utf8')))

  return pages.flatMap((page) =>
    linksOf(readFileSync(join(site, page), 'utf8'))
      .filter(({ attribute, link }) => {
        if (/^(https?|mailto):/.test(link)) return attribute === 'src'
        const [path = '', anchor] = decodeURI(link).split('#')
        const file = path === '' ? page : normalize(join(dirname(page), path))
        if (!existsSync(join(site, file))) return true
        return anchor !== undefined && anchor !== '' && anchors.get(file)?.has(anchor) === false
      })
      .map(({ link }) => `${page} → ${link}`),
  )
}

function linksOf(html: string): { attribute: string; link: string }[] {
  const attributes = html.matchAll(/<[a-z][^<>]* (href|src)="([^"]*)"/g)
  return [...attributes].map(([, attribute, link]) => ({
    attribute: attribute as string,
    link: (link as string).replaceAll('&amp;', '&'),
  }))
}

function anchorsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id as string))
}
