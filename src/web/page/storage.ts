/** `localStorage` is shared by all tabs, `sessionStorage` is of one tab. */
type StorageName = 'localStorage' | 'sessionStorage'

/** Undefined if nothing is stored, or if storage is disabled. */
export function load<T>(name: string, storage: StorageName = 'localStorage'): T | undefined {
  try {
    const stored = window[storage].getItem(`obrol.${name}`)
    return stored === null ? undefined : JSON.parse(stored)
  } catch {
    return undefined
  }
}

/** Undefined removes the value. */
export function save(name: string, value: unknown, storage: StorageName = 'localStorage'): void {
  try {
    if (value === undefined) window[storage].removeItem(`obrol.${name}`)
    else window[storage].setItem(`obrol.${name}`, JSON.stringify(value))
  } catch {
    // Storage is full or disabled; the page works without it.
  }
}

/** Calls `listener` when another tab changes the value. Returns what stops it. */
export function onChangedElsewhere(name: string, listener: () => void): () => void {
  const onStorage = ({ key }: StorageEvent) => {
    if (key === `obrol.${name}` || key === null) listener()
  }
  window.addEventListener('storage', onStorage)
  return () => window.removeEventListener('storage', onStorage)
}
