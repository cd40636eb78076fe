import type {
  Cursor,
  Entry,
  Extent,
  News,
  Placement,
  Scan,
  Store,
  Unreached,
} from '../store/store.ts'
import { Turnstile } from '../turnstile.ts'
import { pack, type Stretch } from './block.ts'
import { type Frame, keptFrame, messageFrame } from './frames.ts'
import { Recent } from './recent.ts'

/** What one step of reading on found: frames the reader may see, and how far that is everything. */
export interface Portion {
  frames: Frame[]
  covered: number
}

/** One that was read from the store, with the log's edges then. */
export interface PortionRead extends Portion {
  extent: Extent
}

type ReadableStore = Pick<
  Store,
  'extent' | 'read' | 'readKept' | 'unreached' | 'nothingWaits' | 'place'
>

/** What fits in one write: see Block. */
const portionBytes = 65_536

/** Before anything was told of the log. */
const untold: Extent = { epoch: '00000000', oldest: 1, head: 0 }

/** How many reads of the store may be under way for all readers together, 256 KiB each. */
const readsAtOnce = 4

/** The same of questions whose answers are small: those of one turn go to the store together. */
const questionsAtOnce = 64

/**
 * The log as this server follows it: its head, the newest frames in memory, and bounded reads of
 * what lies further back.
 */
export class Tail {
  readonly #store: ReadableStore
  readonly #recent: Recent
  readonly #reads = new Turnstile(readsAtOnce)
  readonly #questions = new Turnstile(questionsAtOnce)
  #extent = untold
  #turns = 0
  #movedCalls: (() => void)[] = []
  #lastPacked: (Portion & { stretches: readonly Stretch[] }) | undefined

  constructor(store: ReadableStore, recent = new Recent()) {
    this.#store = store
    this.#recent = recent
  }

  async start(): Promise<void> {
    const extent = await this.#store.extent()
    // What was told meanwhile is newer: taken back to this, the next news would leave a hole.
    if (this.#extent === untold) this.#extent = extent
  }

  get head(): number {
    return this.#extent.head
  }

  get epoch(): string {
    return this.#extent.epoch
  }

  /** How often the log has turned, which it also may without another epoch. */
  get turns(): number {
    return this.#turns
  }

  /** Takes in what the log brought; answers its frames, encoded once. */
  follow({ extent, entries }: Pick<News, 'extent' | 'entries'>): Frame[] {
    const frames = entries.map((entry) => messageFrame(entry, extent.epoch))
    this.#extent = extent
    this.#recent.push(frames)
    this.#recent.dropBefore(extent.oldest)
    this.#callMoved()
    return frames
  }

  /** The log may have gone back: nothing that is remembered of it is certain any more. */
  turned(extent: Extent): void {
    this.#turns++
    this.#extent = extent
    this.#recent.clear()
    this.#callMoved()
  }

  /** Resolves when the log has moved on, or has turned. */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#movedCalls.push(resolve))
  }

  /** What the account may see next after a cursor that is below the head, if memory holds it. */
  remembered(cursor: number, account: number): Portion | undefined {
    return this.#recent.after(cursor, account, portionBytes)
  }

  /**
   * What is to be written for a portion. Many who come back at once have missed the same: they share
   * the bytes of the last one who did.
   */
  packed({ frames, covered }: Portion): readonly Stretch[] {
    const last = this.#lastPacked
    if (last?.covered === covered && isSame(last.frames, frames)) return last.stretches
    const stretches = pack(frames, covered)
    this.#lastPacked = { frames, covered, stretches }
    return stretches
  }

  /** What the account may see next after a cursor, from the store. */
  read(cursor: number, account: number): Promise<PortionRead> {
    return this.#portion(
      () => this.#store.read(cursor, account),
      (entry, { epoch }) => messageFrame(entry, epoch),
    )
  }

  /** The direct messages that were kept for the account, with ids in (after, upTo]. */
  readKept(after: number, upTo: number, account: number): Promise<PortionRead> {
    return this.#portion(() => this.#store.readKept(after, upTo, account), keptFrame)
  }

  /** Where it is known at once that no direct message waits for the account. */
  nothingWaits(account: number): Unreached | undefined {
    return this.#store.nothingWaits?.(account)
  }

  unreached(account: number): Promise<Unreached> {
    return this.#questions.pass(() => this.#store.unreached(account))
  }

  place(cursor: Cursor): Promise<Placement> {
    return this.#questions.pass(() => this.#store.place(cursor))
  }

  #callMoved(): void {
    for (const moved of this.#movedCalls.splice(0)) moved()
  }

  async #portion(
    read: () => Promise<Scan>,
    frame: (entry: Entry, extent: Extent) => Frame,
  ): Promise<PortionRead> {
    const { entries, covered, extent } = await this.#reads.pass(read)
    return { frames: entries.map((entry) => frame(entry, extent)), covered, extent }
  }
}

/** Whether these are the very same frames: two readers may see as many, and others. */
function isSame(some: readonly Frame[], others: readonly Frame[]): boolean {
  return some.length === others.length && some.every((frame, index) => frame === others[index])
}
