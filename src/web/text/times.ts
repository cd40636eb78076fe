/** The local date, as `2026-11-24`. */
export function dayOf(time: string | number): string {
  const date = new Date(time)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Formats days and times in one language. */
export class Times {
  readonly #words: { today: string; yesterday: string }
  readonly #time: Intl.DateTimeFormat
  readonly #day: Intl.DateTimeFormat
  readonly #dayAndYear: Intl.DateTimeFormat
  readonly #exact: Intl.DateTimeFormat
  readonly #whole: Intl.DateTimeFormat

  /** @param locale a BCP 47 tag */
  constructor(locale: string, words: { today: string; yesterday: string }) {
    this.#words = words
    this.#time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' })
    const day = { weekday: 'long', day: 'numeric', month: 'long' } as const
    this.#day = new Intl.DateTimeFormat(locale, day)
    this.#dayAndYear = new Intl.DateTimeFormat(locale, { ...day, year: 'numeric' })
    this.#exact = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })
    this.#whole = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' })
  }

  /** `14:05` */
  time(at: string | number): string {
    return this.#time.format(new Date(at))
  }

  /** `14:05:09` */
  exact(at: string | number): string {
    return this.#exact.format(new Date(at))
  }

  /** The full date and time. */
  whole(at: string | number): string {
    return this.#whole.format(new Date(at))
  }

  /** `Today`, `Yesterday`, `Monday, November 23`, with the year if it is another one. */
  day(at: string | number, now: number): string {
    const date = new Date(at)
    const today = new Date(now)
    const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1)
    if (dayOf(at) === dayOf(now)) return this.#words.today
    if (dayOf(at) === dayOf(yesterday.getTime())) return this.#words.yesterday
    const format = date.getFullYear() === today.getFullYear() ? this.#day : this.#dayAndYear
    return format.format(date)
  }

  /** The time if it is today, else the day. */
  short(at: string | number, now: number): string {
    return dayOf(at) === dayOf(now) ? this.time(at) : this.day(at, now)
  }
}
