import { join } from 'node:path'

/** A page of Markdown as the site shows it. */
export interface Page {
  path: string
  /** In the list of pages. */
  title: string
  group: string
  /** Files beside it that are shown below it. */
  program?: string[]
}

const group = (name: string, pages: [path: string, title: string, ...program: string[]][]) =>
  pages.map(([path, title, ...program]): Page => ({ path, title, group: name, program }))

/** The first page of the site, which is no other's. */
const front = 'docs/site/front.md'

/** In the order in which the site lists them. */
export const sitePages: Page[] = [
  { path: front, title: 'Obrol', group: 'Integrating' },
  ...group('Integrating', [
    ['docs/start.md', 'Five-minute start'],
    ['docs/streams.md', 'Streams and cursors'],
    ['docs/messages.md', 'Messages that change'],
    ['docs/rooms.md', 'Rooms'],
    ['docs/conversations.md', 'Conversations'],
    ['docs/accounts.md', 'Accounts'],
    ['docs/idempotency.md', 'Retries'],
    ['docs/errors.md', 'Errors'],
    ['docs/limits.md', 'Limits'],
    ['docs/tokens.md', 'Tokens for programs'],
    ['docs/event-source.md', 'Tokens for EventSource'],
    ['docs/behind-a-proxy.md', 'Behind nginx or Caddy'],
    ['docs/client.md', 'The typed client'],
    ['docs/state.md', 'The state of a chat'],
    ['docs/generators.md', 'Generated clients'],
    ['docs/terminal.md', 'The terminal'],
    ['docs/page.md', 'The chat page'],
  ]),
  ...group('Examples', [
    ['examples/bash/README.md', 'Bots in Bash', 'time-bot.sh', 'tally-bot.sh', 'session.sh'],
    ['examples/python/README.md', 'Bot in Python', 'time_bot.py'],
    ['examples/go/README.md', 'Bot in Go', 'time-bot.go'],
    ['examples/typescript/README.md', 'Bots in TypeScript', 'time-bot.ts', 'tally-bot.ts'],
    ['examples/event-source/README.md', 'Page with EventSource', 'index.html', 'room.js'],
  ]),
  ...group('Running', [
    ['README.md', 'A story in curl'],
    ['docs/operating.md', 'Operating'],
    ['docs/people.md', 'People'],
    ['docs/settings.md', 'Settings'],
    ['docs/scaling.md', 'Many nodes'],
    ['docs/performance.md', 'How fast it is'],
    ['CHANGELOG.md', 'Changelog'],
    ['SECURITY.md', 'Security'],
    ['docs/threats.md', 'Threats'],
  ]),
  ...group('Inside', [
    ['docs/architecture.md', 'Architecture'],
    ['docs/design/delivery.md', 'Delivery and presence'],
    ['docs/design/epochs.md', 'Epochs'],
    ['docs/design/sqlite.md', 'The SQLite store'],
    ['docs/design/many-nodes.md', 'Many nodes inside'],
    ['docs/design/names.md', 'Names'],
    ['docs/design/performance-log.md', 'The performance log'],
    ['docs/design/performance-figures.md', 'All figures of the bench'],
    ['docs/design/scale.md', 'On a database that has grown'],
    ['docs/design/memory.md', 'Where the memory goes'],
    ['CONTRIBUTING.md', 'Contributing'],
  ]),
]

/** What typedoc is told: https://typedoc.org/documents/Options.html. */
export function siteOptions(root: string, sources: string, out: string): object {
  const documents = sitePages.filter(({ path }) => path !== front)
  return {
    name: 'Obrol',
    readme: join(sources, front),
    projectDocuments: documents.map(({ path }) => join(sources, path)),
    entryPoints: ['client', 'client/state'].map((name) => join(sources, `src/${name}/index.ts`)),
    tsconfig: join(sources, 'docs/site/tsconfig.json'),
    // Types are checked by the project's own compiler, which is newer than this one's.
    skipErrorChecking: true,
    out,
    disableSources: true,
    excludeInternal: true,
    hideGenerator: true,
    githubPages: false,
    customCss: join(root, 'docs/site/site.css'),
    searchInDocuments: true,
    searchInComments: true,
    sort: ['documents-first', 'source-order'],
    groupOrder: ['Integrating', 'Reference', 'Examples', 'Running', 'Inside', '*'],
    navigation: { includeGroups: true },
    highlightLanguages: [
      ...['bash', 'python', 'go', 'typescript', 'javascript', 'html', 'json', 'http', 'ini'],
      ...['nginx', 'yaml', 'sql'],
    ],
    ignoredHighlightLanguages: ['caddyfile', 'haproxy', 'mermaid', 'sse', 'text'],
    validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: false },
    // Of the document's own schemas the client's types are made.
    intentionallyNotExported: ['ObrolErrorOptions', 'Schemas'],
    treatWarningsAsErrors: true,
  }
}
