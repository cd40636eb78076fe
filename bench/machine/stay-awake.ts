/**
 * Keeps this process from sleeping until what it answers is called. A reader that sleeps is woken by
 * whoever writes to it, where both are on one machine: whether a server's write pays for that then
 * depends on which of the two is a little faster, which is not what is measured.
 */
export function stayAwake(): () => void {
  let awake = true
  function turn(): void {
    if (awake) setImmediate(turn)
  }
  turn()
  return () => {
    awake = false
  }
}
