/** To take out more of a list one by one costs more than to make a new list. */
const maxSplices = 16

/** Lists by a key, each in the order of the ids. */
export class IdLists<Item extends { readonly id: number }> {
  readonly #lists = new Map<number, Item[]>()

  of(key: number): readonly Item[] {
    return this.#lists.get(key) ?? []
  }

  keys(): Iterable<number> {
    return this.#lists.keys()
  }

  /** @param item its id is above all that are in the list */
  push(key: number, item: Item): void {
    const list = this.#lists.get(key)
    if (list) list.push(item)
    else this.#lists.set(key, [item])
  }

  /** Puts another item in the place of the one with the same id. */
  replace(key: number, item: Item): void {
    const list = this.#lists.get(key) as Item[]
    list[indexAfter(list, item.id - 1)] = item
  }

  /** Takes out the items with these ids, which are all there. */
  remove(key: number, ids: readonly number[]): void {
    const list = this.#lists.get(key) as Item[]
    if (ids.length === list.length) this.#lists.delete(key)
    else if (ids.length <= maxSplices)
      for (const id of ids) list.splice(indexAfter(list, id - 1), 1)
    else {
      const gone = new Set(ids)
      const rest = list.filter(({ id }) => !gone.has(id))
      this.#lists.set(key, rest)
    }
  }

  dropUpTo(id: number, key: number): void {
    const list = this.#lists.get(key)
    if (list === undefined) return
    const surplus = indexAfter(list, id)
    if (surplus === list.length) this.#lists.delete(key)
    else list.splice(0, surplus)
  }

  clear(): void {
    this.#lists.clear()
  }
}

/** Where the items after an id begin in a list that is ordered by id. */
export function indexAfter(items: readonly { readonly id: number }[], id: number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((items[middle] as { id: number }).id <= id) low = middle + 1
    else high = middle
  }
  return low
}
