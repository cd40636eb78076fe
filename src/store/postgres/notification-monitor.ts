export interface NotificationMonitorOptions {
  /** How long a ring is waited for, in ms. */
  notificationTimeoutMs: number
  onNotificationsLost: () => void
}

/**
 * Whether rings come through. A ring is only ever a hint of when to look: losing one costs time,
 * never news. Each node rings for itself now and then, and hears whether it can be heard.
 */
export class NotificationMonitor {
  readonly #options: NotificationMonitorOptions
  #timer: NodeJS.Timeout | undefined
  notificationsLost = false

  constructor(options: NotificationMonitorOptions) {
    this.#options = options
  }

  /** A ring for oneself is about to be sent. One that is still awaited is awaited no longer for it. */
  probeSent(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.notificationsLost = true
      this.#options.onNotificationsLost()
    }, this.#options.notificationTimeoutMs)
  }

  /** It came. */
  probeReceived(): void {
    this.cancelProbe()
    this.notificationsLost = false
  }

  /** Nothing can be said: it was not sent, or the line it should come on has gone. */
  cancelProbe(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
