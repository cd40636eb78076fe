/** A browser's store of strings: `localStorage` is shared by all tabs, `sessionStorage` is a tab's own. */
type Shelf = 'localStorage' | 'sessionStorage'

/** Reads what was kept; undefined where there is nothing, or the browser keeps nothing. */
export function recall<T>(name: string, shelf: Shelf = 'localStorage'): T | undefined {
  try {
    const kept = window[shelf].getItem(`obrol.${name}`)
    return kept === null ? undefined : JSON.parse(kept)
  } catch {
    return undefined
  }
}

/** Keeps something; undefined forgets it. A browser that keeps nothing costs comfort, no message. */
export function keep(name: string, what: unknown, shelf: Shelf = 'localStorage'): void {
  try {
    if (what === undefined) window[shelf].removeItem(`obrol.${name}`)
    else window[shelf].setItem(`obrol.${name}`, JSON.stringify(what))
  } catch {
    // Full, or switched off.
  }
}

/** Calls back when another tab has kept something under this name. */
export function onKeptElsewhere(name: string, listener: () => void): () => void {
  const heard = ({ key }: StorageEvent) => {
    if (key === `obrol.${name}` || key === null) listener()
  }
  window.addEventListener('storage', heard)
  return () => window.removeEventListener('storage', heard)
}
