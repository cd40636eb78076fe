/** The store cannot be reached or cannot write: certainly nothing was done. */
export class Unavailable extends Error {
  override name = 'Unavailable'
}

/** The answer to a write was lost: the write may have been done. */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown'
  /** A retry cannot help: this store has failed for good. */
  readonly final: boolean

  constructor(
    message: string,
    { final = false, cause }: { final?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.final = final
  }
}
