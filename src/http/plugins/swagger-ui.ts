import type { FastifyInstance } from 'fastify'
import { askAgain, forEver, KeptFile } from '../kept-file.ts'
import { introduction } from './swagger.ts'

/** How Swagger UI is set up. */
const uiConfig = {
  // Without the bar of the product that renders it.
  layout: 'BaseLayout',
  // The list of schemas is folded: to draw it takes as long as all else.
  defaultModelsExpandDepth: 0,
  deepLinking: true,
  tryItOutEnabled: true,
  persistAuthorization: true,
  validatorUrl: null,
}

/** Starts it, wherever the server is mounted. */
const start = `const openApi = location.pathname.endsWith('/') ? '../openapi.json' : 'openapi.json'
SwaggerUIBundle({
  ...${JSON.stringify(uiConfig)},
  dom_id: '#swagger-ui',
  presets: [SwaggerUIBundle.presets.apis],
  url: new URL(openApi, location.href).href,
})
`

const types = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  png: 'image/png',
}

/** What its page needs; all else in the package is for other layouts. */
const fromPackage = [
  ['swagger-ui', 'css'],
  ['index', 'css'],
  ['swagger-ui-bundle', 'js'],
  ['favicon-32x32', 'png'],
] as const

const hidden = { schema: { hide: true } }

/**
 * The API's pages at `/docs`: what can be called, with forms to try it. The package's own plugin
 * sends its two megabytes as they are, and anew each time.
 */
export function addSwaggerUi(app: FastifyInstance): void {
  const files = new Map([['start.js', new KeptFile(start, types.js)]])
  const folder = new URL('static/', import.meta.resolve('@fastify/swagger-ui'))
  for (const [name, extension] of fromPackage) {
    const file = `${name}.${extension}`
    files.set(file, KeptFile.read(new URL(file, folder), types[extension]))
  }
  for (const [name, file] of files) {
    app.get(`/docs/static/${versioned(name, file)}`, hidden, (request, reply) =>
      file.send(request, reply, forEver),
    )
    // For who knows it by the name that does not change.
    app.get(`/docs/static/${name}`, hidden, (request, reply) => file.send(request, reply, askAgain))
  }
  // Its files are beside it, wherever the server is mounted.
  for (const [path, here] of [
    ['/docs', ''],
    ['/docs/', '../'],
  ] as const) {
    const page = new KeptFile(pageOf(files, here), 'text/html; charset=utf-8')
    app.get(path, hidden, (request, reply) => page.send(request, reply, askAgain))
  }
}

/** The name of a file, with what changes when it does. */
function versioned(name: string, { version }: KeptFile): string {
  return name.replace('.', `-${version}.`)
}

/** What is read until Swagger UI is there, or where it never comes. */
function firstRead(): string {
  const paragraphs = introduction.split('\n\n').map((text) => `<p>${text}</p>`)
  return paragraphs.join('\n').replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

/** @param root the way from the page to where the server is mounted */
function pageOf(files: ReadonlyMap<string, KeptFile>, root: string): string {
  const at = (name: string) => `${root}docs/static/${versioned(name, files.get(name) as KeptFile)}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Obrol: the API</title>
<meta name="description" content="What can be called, with forms to try it">
<link rel="icon" type="image/png" href="${at('favicon-32x32.png')}" sizes="32x32">
<link rel="stylesheet" href="${at('swagger-ui.css')}">
<link rel="stylesheet" href="${at('index.css')}">
</head>
<body>
<main id="swagger-ui">
<h1>Obrol: the API</h1>
${firstRead()}
<p><a href="${root}openapi.json">The OpenAPI document</a></p>
</main>
<script defer src="${at('swagger-ui-bundle.js')}"></script>
<script defer src="${at('start.js')}"></script>
</body>
</html>
`
}
