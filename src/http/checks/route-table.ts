import type { FastifyInstance, RouteOptions } from 'fastify'

/** One thing that can be called, as `not-found` lists it. */
export interface Operation {
  method: string
  path: string
  summary: string
}

interface Route {
  methods: Set<string>
  pattern: RegExp
}

/**
 * Every route of the application, noted as it is added: what can be called, and by which methods
 * an address may be asked for.
 */
export class RouteTable {
  readonly operations: Operation[] = []
  readonly #routes = new Map<string, Route>()

  /** Notes the routes that are added to `app` and to what is registered in it from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', (route) => this.#add(route))
  }

  /**
   * The methods that an address takes, by name; undefined where there is
   * nothing at the address.
   *
   * @param path as it came, percent-encoded, without the query
   */
  methodsOf(path: string): string[] | undefined {
    const decoded = decodeURI(path)
    const methods = new Set(this.#routes.get(decoded)?.methods)
    if (methods.size > 0) return [...methods].sort()
    for (const route of this.#routes.values())
      if (route.pattern.test(decoded)) for (const method of route.methods) methods.add(method)
    return methods.size === 0 ? undefined : [...methods].sort()
  }

  /** Whether a path is that of a route itself, and not the value of a parameter of one. */
  isRoutePath(path: string): boolean {
    const decoded = decodeURI(path)
    return !decoded.includes(':') && this.#routes.has(decoded)
  }

  #add({ url, method, schema }: RouteOptions): void {
    // The wildcard through which the CORS plugin hears preflights is no place of its own.
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

/** A route's address (`/v1/messages/:id`, `/docs/static/*`) as a pattern for whole paths. */
function patternOf(url: string): RegExp {
  const source = url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+').replaceAll('*', '.*')
  return new RegExp(`^${source}$`)
}
