/** A page of a list that is sorted by name. */
interface Page<Item> {
  items: readonly Item[]
  more: boolean
}

/**
 * Reads a list page by page, at most `most` items of it.
 *
 * @param read reads the page after a name
 */
export async function readPages<Item>(
  most: number,
  read: (after: string | undefined) => Promise<Page<Item>>,
  nameOf: (item: Item) => string,
): Promise<Item[]> {
  // By name, so that a server whose pages repeat cannot cause an endless loop.
  const items = new Map<string, Item>()
  let after: string | undefined
  for (let more = true; more; ) {
    const known = items.size
    const page = await read(after)
    for (const item of page.items) items.set(nameOf(item), item)
    const last = page.items.at(-1)
    after = last && nameOf(last)
    more = page.more && items.size > known && items.size < most
  }
  return [...items.values()]
}
