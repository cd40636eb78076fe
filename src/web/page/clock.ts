import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** The time in Unix ms, to the half minute: enough to tell today from yesterday. */
export const now = signal(Date.now())

setInterval(() => {
  now.value = Date.now()
}, 30_000)

/** The time in Unix ms, of each second while it is wanted. */
export function useSeconds(wanted: boolean): number {
  const now = useSignal(Date.now())
  useEffect(() => {
    if (!wanted) return
    now.value = Date.now()
    const timer = setInterval(() => {
      now.value = Date.now()
    }, 1000)
    return () => clearInterval(timer)
  }, [wanted])
  return now.value
}
