export interface NotificationMonitorOptions {
  /** How long to wait for a notification, in ms. */
  notificationTimeoutMs: number
  onNotificationsLost: () => void
}

/**
 * Whether notifications arrive. A notification is only ever a hint of when to poll: losing one costs
 * time, never data. Each node notifies itself with each renewal of its lease, as a probe: see
 * `node-lease.ts`.
 */
export class NotificationMonitor {
  readonly #options: NotificationMonitorOptions
  #timer: NodeJS.Timeout | undefined
  notificationsLost = false

  constructor(options: NotificationMonitorOptions) {
    this.#options = options
  }

  /** A probe that is already awaited keeps its deadline. */
  probeSent(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.notificationsLost = true
      this.#options.onNotificationsLost()
    }, this.#options.notificationTimeoutMs)
  }

  probeReceived(): void {
    this.cancelProbe()
    this.notificationsLost = false
  }

  /** The probe was not sent, or the connection that listens is gone: this proves nothing. */
  cancelProbe(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
