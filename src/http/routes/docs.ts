import { readFileSync, statSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { docsPage } from '../docs/page.ts'
import { startScript } from '../docs/start-script.ts'
import { docsStyle } from '../docs/style.ts'
import { immutable, revalidate, StaticFile } from '../static/static-file.ts'

const types = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  png: 'image/png',
}

/** The files of the package that its pages need. */
const fromPackage = [
  ['swagger-ui', 'css'],
  ['swagger-ui-bundle', 'js'],
  ['favicon-32x32', 'png'],
] as const

const hidden = { schema: { hide: true } }

/**
 * Serves the documentation at `/docs`, with forms to try the calls. The plugin of the package would
 * send its 2 MB uncompressed and uncached.
 */
export function addSwaggerUi(app: FastifyInstance): void {
  const files = docsFiles()
  for (const [name, file] of files) {
    app.get(`/docs/static/${versioned(name, file)}`, hidden, (request, reply) =>
      file.send(request, reply, immutable),
    )
    // For links with the name that does not change.
    app.get(`/docs/static/${name}`, hidden, (request, reply) =>
      file.send(request, reply, revalidate),
    )
  }
  // Relative links, because a proxy may mount the server under any path.
  for (const [path, root] of [
    ['/docs', ''],
    ['/docs/', '../'],
  ] as const) {
    let page: StaticFile | undefined
    app.get(path, hidden, (request, reply) => {
      page ??= new StaticFile(pageOf(app, files, root), 'text/html; charset=utf-8')
      return page.send(request, reply, revalidate)
    })
  }
}

/** The files that the page and Swagger UI load, by the names that do not change. */
function docsFiles(): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  const folder = new URL('static/', import.meta.resolve('@fastify/swagger-ui'))
  for (const [name, extension] of fromPackage) {
    const file = `${name}.${extension}`
    const path = new URL(file, folder)
    // 2 MB, which most servers are never asked for.
    const read = () => readFileSync(path)
    files.set(file, new StaticFile(read, types[extension], statSync(path).mtimeMs))
  }
  files.set('index.css', new StaticFile(docsStyle, types.css))
  const style = nameIn(files, 'swagger-ui.css')
  const script = nameIn(files, 'swagger-ui-bundle.js')
  return files.set('start.js', new StaticFile(startScript({ script, style }), types.js))
}

/** @param root the relative path from the page to the root of the server */
function pageOf(
  app: FastifyInstance,
  files: ReadonlyMap<string, StaticFile>,
  root: string,
): string {
  const at = (name: string) => `${root}docs/static/${nameIn(files, name)}`
  const icon = at('favicon-32x32.png')
  const links = { root, icon, style: at('index.css'), script: at('start.js') }
  return docsPage(app.openapi('3.1'), links)
}

function nameIn(files: ReadonlyMap<string, StaticFile>, name: string): string {
  return versioned(name, files.get(name) as StaticFile)
}

/** The name of a file with its version. */
function versioned(name: string, { version }: StaticFile): string {
  return name.replace('.', `-${version}.`)
}
