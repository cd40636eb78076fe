import { signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** In Unix ms, updated every 30 seconds: enough for "today" and "yesterday". */
export const now = signal(Date.now())

setInterval(() => {
  now.value = Date.now()
}, 30_000)

/** In Unix ms, updated every second while `wanted`. */
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
