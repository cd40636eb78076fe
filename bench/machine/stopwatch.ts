import { cpuSeconds } from './processes.ts'

/** How the names of Obrol's store's threads begin. */
const storeThreads = 'obrol-'

/** What happened between its making and `stop`. */
export interface Lap {
  seconds: number
  /** Of the server, with its threads and children. */
  serverCpu: number
  /** Of that, what Obrol's store took in its own threads. */
  storeCpu: number
  /** Of the load: near 1 its own core is what limits. */
  loadShare: number
}

/** Times a stretch of work: the clock, the server's processor time and the load's. */
export function startWatch(pid: number): { stop(): Lap } {
  const began = performance.now()
  const server = cpuSeconds(pid)
  const store = cpuSeconds(pid, storeThreads)
  const load = process.cpuUsage()
  return {
    stop() {
      const seconds = (performance.now() - began) / 1000
      const { user, system } = process.cpuUsage(load)
      return {
        seconds,
        serverCpu: cpuSeconds(pid) - server,
        storeCpu: cpuSeconds(pid, storeThreads) - store,
        loadShare: (user + system) / 1e6 / seconds,
      }
    },
  }
}
