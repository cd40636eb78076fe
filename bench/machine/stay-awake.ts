/**
 * Keeps this process from sleeping until the returned function is called. A sleeping reader is woken
 * by the process that writes to it on the same machine: the cost would depend on which of the two is
 * faster, which is not what is measured.
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
