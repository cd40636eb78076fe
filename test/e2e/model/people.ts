export const names = ['ann', 'bob', 'cid'] as const

/** Names of rooms; few, so that they come again. */
export const roomNames = ['ink', 'owl', 'tea'] as const

/** Whether someone is registered under a name. */
export function isKnown(name: string): boolean {
  return (names as readonly string[]).includes(name)
}

/** How sure it is that someone is there. */
export type Sure = 'yes' | 'no' | 'maybe'

/** Who is logged in, who is present, and how far each person's streams have come. */
export class People {
  /** The person of each session; a session keeps its number also when it has ended. */
  readonly owners: string[] = []
  readonly alive = new Set<number>()
  /** Sessions that are present; `maybe` while it is a matter of the grace or of what is under way. */
  readonly present = new Map<number, 'yes' | 'maybe'>()
  /**
   * Up to which id each person's streams have reached what was kept for them: surely up to `low`,
   * surely no further than `high`.
   */
  readonly reached = new Map(names.map((name) => [name as string, { low: 0, high: 0 }]))

  logIn(person: string): number {
    this.owners.push(person)
    this.alive.add(this.owners.length - 1)
    return this.owners.length - 1
  }

  logOut(session: number): void {
    this.alive.delete(session)
    this.present.delete(session)
  }

  sessionsOf(person: string): number[] {
    return [...this.alive].filter((session) => this.owners[session] === person)
  }

  isOnline(person: string): Sure {
    const mine = [...this.present].filter(([session]) => this.owners[session] === person)
    if (mine.some(([, sure]) => sure === 'yes')) return 'yes'
    return mine.length > 0 ? 'maybe' : 'no'
  }

  mayHaveReached(person: string, id: number): void {
    const mark = this.#mark(person)
    mark.high = Math.max(mark.high, id)
  }

  hasReached(person: string, id: number): void {
    const mark = this.#mark(person)
    mark.low = Math.max(mark.low, id)
    mark.high = Math.max(mark.high, id)
  }

  /** The grace of all who are away is over. */
  haveLeft(): void {
    for (const [session, sure] of this.present) if (sure === 'maybe') this.present.delete(session)
  }

  surelyReached(person: string): number {
    return this.#mark(person).low
  }

  perhapsReached(person: string): number {
    return this.#mark(person).high
  }

  #mark(person: string) {
    return this.reached.get(person) as { low: number; high: number }
  }

  /** What a copy of the data folder holds of people. */
  copy() {
    const { alive, present, reached } = this
    return structuredClone({ alive, present, reached })
  }

  restore(copy: ReturnType<People['copy']>): void {
    const { alive, present, reached } = structuredClone(copy)
    this.alive.clear()
    for (const session of alive) this.alive.add(session)
    this.present.clear()
    for (const [session, sure] of present) this.present.set(session, sure)
    for (const [person, mark] of reached) this.reached.set(person, mark)
  }
}
