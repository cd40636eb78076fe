import { signal } from '@preact/signals'
import { defaultLimits, limitsFromOpenApi } from '../state/limits.ts'

/** What this server takes; the usual until it has told. */
export const limits = signal(defaultLimits)

/** Reads them from the server's own description. Nothing depends on it but what is told beforehand. */
export async function loadLimits(): Promise<void> {
  try {
    const response = await fetch(new URL('openapi.json', document.baseURI))
    if (response.ok) limits.value = limitsFromOpenApi(await response.json())
  } catch {
    // What is told is the usual; the server judges by its own.
  }
}
