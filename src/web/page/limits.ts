import { signal } from '@preact/signals'
import { limitsIn, usualLimits } from '../state/limits.ts'

/** What this server takes; the usual until it has told. */
export const limits = signal(usualLimits)

/** Reads them from the server's own description. Nothing depends on it but what is told beforehand. */
export async function readLimits(): Promise<void> {
  try {
    const response = await fetch(new URL('openapi.json', document.baseURI))
    if (response.ok) limits.value = limitsIn(await response.json())
  } catch {
    // What is told is the usual; the server judges by its own.
  }
}
