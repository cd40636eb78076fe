/** A browser's store of strings: `localStorage` is shared by all tabs, `sessionStorage` is a tab's own. */
type StorageName = 'localStorage' | 'sessionStorage'

/** Reads what was kept; undefined where there is nothing, or the browser keeps nothing. */
export function load<T>(name: string, storage: StorageName = 'localStorage'): T | undefined {
  try {
    const stored = window[storage].getItem(`obrol.${name}`)
    return stored === null ? undefined : JSON.parse(stored)
  } catch {
    return undefined
  }
}

/** Keeps something; undefined forgets it. A browser that keeps nothing costs comfort, no message. */
export function save(name: string, value: unknown, storage: StorageName = 'localStorage'): void {
  try {
    if (value === undefined) window[storage].removeItem(`obrol.${name}`)
    else window[storage].setItem(`obrol.${name}`, JSON.stringify(value))
  } catch {
    // Full, or switched off.
  }
}

/** Calls back when another tab has kept something under this name. */
export function onChangedElsewhere(name: string, listener: () => void): () => void {
  const heard = ({ key }: StorageEvent) => {
    if (key === `obrol.${name}` || key === null) listener()
  }
  window.addEventListener('storage', heard)
  return () => window.removeEventListener('storage', heard)
}
