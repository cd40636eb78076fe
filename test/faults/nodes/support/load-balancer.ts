import { type Answer, type CallOptions, call } from '../../support/caller.ts'
import type { Door } from '../../support/site.ts'
import type { ClusterNode } from './cluster-node.ts'

/** A load balancer without sticky sessions: a random open node, but not the same twice in a row. */
export class LoadBalancer implements Door {
  readonly #nodes: readonly ClusterNode[]
  #first: number | undefined
  #last: ClusterNode | undefined

  constructor(nodes: readonly ClusterNode[], first?: number) {
    this.#nodes = nodes
    this.#first = first
  }

  get url(): Promise<string> {
    return this.#next()
  }

  async call(method: string, path: string, options?: CallOptions): Promise<Answer> {
    return call(await this.#next(), method, path, options)
  }

  async #next(): Promise<string> {
    const open = this.#nodes.filter((node) => node.open)
    const first = this.#first === undefined ? undefined : this.#nodes[this.#first]
    this.#first = undefined
    if (first?.open) return this.#take(first)
    const others = open.filter((node) => node !== this.#last)
    const among = others.length > 0 ? others : open
    const node = among[Math.floor(Math.random() * among.length)]
    if (node) return this.#take(node)
    return Promise.race(this.#nodes.filter(({ frozen }) => !frozen).map(({ url }) => url))
  }

  #take(node: ClusterNode): Promise<string> {
    this.#last = node
    return node.url
  }
}
