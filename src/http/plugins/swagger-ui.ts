import type { FastifyInstance } from 'fastify'
import { docsPage } from '../docs/page.ts'
import { startScript } from '../docs/start.ts'
import { docsStyle } from '../docs/style.ts'
import { askAgain, forEver, KeptFile } from '../kept-file.ts'

const types = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  png: 'image/png',
}

/** What is taken of the package; all else in it is for other layouts. */
const fromPackage = [
  ['swagger-ui', 'css'],
  ['swagger-ui-bundle', 'js'],
  ['favicon-32x32', 'png'],
] as const

const hidden = { schema: { hide: true } }

/**
 * The API's pages at `/docs`: what can be called, with forms to try it. The package's own plugin
 * sends its two megabytes as they are, and anew each time.
 */
export function addSwaggerUi(app: FastifyInstance): void {
  const files = docsFiles()
  for (const [name, file] of files) {
    app.get(`/docs/static/${versioned(name, file)}`, hidden, (request, reply) =>
      file.send(request, reply, forEver),
    )
    // For who knows it by the name that does not change.
    app.get(`/docs/static/${name}`, hidden, (request, reply) => file.send(request, reply, askAgain))
  }
  // Its files are beside it, wherever the server is mounted.
  for (const [path, root] of [
    ['/docs', ''],
    ['/docs/', '../'],
  ] as const) {
    let page: KeptFile
    app.addHook('onReady', async () => {
      page = new KeptFile(pageOf(app, files, root), 'text/html; charset=utf-8')
    })
    app.get(path, hidden, (request, reply) => page.send(request, reply, askAgain))
  }
}

/** What the page and Swagger UI load, by the names that do not change. */
function docsFiles(): ReadonlyMap<string, KeptFile> {
  const files = new Map<string, KeptFile>()
  const folder = new URL('static/', import.meta.resolve('@fastify/swagger-ui'))
  for (const [name, extension] of fromPackage) {
    const file = `${name}.${extension}`
    files.set(file, KeptFile.read(new URL(file, folder), types[extension]))
  }
  files.set('index.css', new KeptFile(docsStyle, types.css))
  const style = nameIn(files, 'swagger-ui.css')
  const script = nameIn(files, 'swagger-ui-bundle.js')
  return files.set('start.js', new KeptFile(startScript({ script, style }), types.js))
}

/** @param root the way from the page to where the server is mounted */
function pageOf(app: FastifyInstance, files: ReadonlyMap<string, KeptFile>, root: string): string {
  const at = (name: string) => `${root}docs/static/${nameIn(files, name)}`
  const icon = at('favicon-32x32.png')
  const links = { root, icon, style: at('index.css'), script: at('start.js') }
  return docsPage(app.openapi['3.1'].document, links)
}

function nameIn(files: ReadonlyMap<string, KeptFile>, name: string): string {
  return versioned(name, files.get(name) as KeptFile)
}

/** The name of a file, with what changes when it does. */
function versioned(name: string, { version }: KeptFile): string {
  return name.replace('.', `-${version}.`)
}
