import { cpuSeconds } from './processes.ts'

/** The prefix of the names of Obrol's store threads. */
const storeThreads = 'obrol-'

/** The measurements from its creation to `stop`. */
export interface Lap {
  seconds: number
  /** Of the server, with its threads and children. */
  serverCpu: number
  /** Of that, the share of Obrol's store threads. */
  storeCpu: number
  /** Of its database server, if it has one. */
  databaseCpu: number | undefined
  /** Of the load: near 1 its own core is the limit. */
  loadShare: number
}

/** Measures the time, and the processor time of the server, of its database server and of the load. */
export function startWatch(pid: number, databasePid?: number): { stop(): Lap } {
  const began = performance.now()
  const server = cpuSeconds(pid)
  const store = cpuSeconds(pid, storeThreads)
  const ofDatabase = () => (databasePid === undefined ? undefined : cpuSeconds(databasePid))
  const database = ofDatabase()
  const load = process.cpuUsage()
  return {
    stop() {
      const seconds = (performance.now() - began) / 1000
      const { user, system } = process.cpuUsage(load)
      const databaseNow = ofDatabase()
      return {
        seconds,
        serverCpu: cpuSeconds(pid) - server,
        storeCpu: cpuSeconds(pid, storeThreads) - store,
        databaseCpu: databaseNow && databaseNow - (database as number),
        loadShare: (user + system) / 1e6 / seconds,
      }
    },
  }
}

/**
 * The server's processor time in µs for each of `count`, and its database server's if it has one.
 *
 * @param measure its name
 */
export function microseconds(
  measure: string,
  { serverCpu, databaseCpu }: Lap,
  count: number,
): Record<string, number> {
  return {
    [measure]: (serverCpu * 1e6) / count,
    ...(databaseCpu !== undefined && { [inPostgres(measure)]: (databaseCpu * 1e6) / count }),
  }
}

/** The same measure, of the database server. */
export const inPostgres = (measure: string): string => `${measure} in PostgreSQL`
