import type { FastifyInstance, RouteOptions } from 'fastify'

/** An operation of the API, as `not-found` lists it. */
export interface Operation {
  method: string
  path: string
  summary: string
}

interface Route {
  methods: Set<string>
  pattern: RegExp
}

/** The operations and the allowed methods of all routes, which Fastify does not list itself. */
export class RouteTable {
  readonly operations: Operation[] = []
  readonly #routes = new Map<string, Route>()

  /** Collects the routes that are added to `app` and its plugins from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', (route) => this.#add(route))
  }

  /**
   * The methods that a path allows, sorted; undefined where no route has the path.
   *
   * @param path percent-encoded, without the query
   */
  methodsOf(path: string): string[] | undefined {
    const decoded = decodeURI(path)
    const methods = new Set(this.#routes.get(decoded)?.methods)
    if (methods.size > 0) return [...methods].sort()
    for (const route of this.#routes.values())
      if (route.pattern.test(decoded)) for (const method of route.methods) methods.add(method)
    return methods.size === 0 ? undefined : [...methods].sort()
  }

  /** Whether a path is that of a route without parameters. */
  isRoutePath(path: string): boolean {
    const decoded = decodeURI(path)
    return !decoded.includes(':') && this.#routes.has(decoded)
  }

  #add({ url, method, schema }: RouteOptions): void {
    // The route that the CORS plugin adds for preflights.
    if (url === '*') return
    const route = this.#routes.get(url) ?? { methods: new Set(), pattern: patternOf(url) }
    this.#routes.set(url, route)
    for (const each of [method].flat()) {
      route.methods.add(each)
      if (schema?.summary !== undefined && each !== 'HEAD')
        this.operations.push({
          method: each,
          path: url.replace(/:(\w+)/g, '{$1}'),
          summary: schema.summary,
        })
    }
  }
}

/** Matches whole paths; `url` is for example `/v1/messages/:id` or `/docs/static/*`. */
function patternOf(url: string): RegExp {
  const source = url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+').replaceAll('*', '.*')
  return new RegExp(`^${source}$`)
}
