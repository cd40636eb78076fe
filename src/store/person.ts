/** `id` is the account's. */
export interface Person {
  id: number
  /** As typed at registration. */
  username: string
}

export interface Account extends Person {
  createdAt: number
}
