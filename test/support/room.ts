import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type RunningServer, startServer, type Tuning } from '../../src/server.ts'
import { readSettings, type Settings } from '../../src/settings.ts'
import { EventReader, type ReaderOptions } from './event-reader.ts'

/** What an answer was: its status, its headers and its JSON. */
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came
  body: any
}

export interface RoomOptions {
  settings?: Partial<Settings>
  tuning?: Tuning
  folder?: string
}

/** A folder that is gone after the test. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'obrol-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A real server on a free port with a real database file, stopped after the test. */
export async function openRoom(t: Test, options: RoomOptions = {}): Promise<Room> {
  const room = new Room(options.folder ?? (await temporaryFolder(t)), options)
  t.teardown(() => room.stop())
  await room.start()
  return room
}

/** A server and the people in it. */
export class Room {
  readonly folder: string
  readonly #options: RoomOptions
  #server: RunningServer | undefined

  constructor(folder: string, options: RoomOptions) {
    this.folder = folder
    this.#options = options
  }

  get server(): RunningServer {
    if (!this.#server) throw new Error('the server is stopped')
    return this.#server
  }

  get url(): string {
    return this.server.url
  }

  /** What runs here: itself, or several on one database. */
  get servers(): readonly Room[] {
    return [this]
  }

  /** Whether a stream that is open comes from here. */
  serves(stream: EventReader): boolean {
    return stream.socket.remotePort === Number(new URL(this.url).port)
  }

  /** Where the calls of a session go, and one without a session. */
  addressOf(_token: string | undefined): string {
    return this.url
  }

  /** Where the session's next stream is opened. */
  streamAddressOf(_token: string): string {
    return this.url
  }

  async start(): Promise<void> {
    const settings: Settings = {
      ...readSettings({ DATA_DIR: this.folder, PORT: '0', LOG_LEVEL: 'silent' }),
      // Requests that tests write by hand are for any.
      allowedHosts: ['*'],
      messagesPerMinute: 0,
      readsPerMinute: 0,
      streamOpensPerMinute: 0,
      loginsPerMinute: 0,
      registrationsPerHour: 0,
      requestsPerMinute: 0,
      connectionsPerAddress: 0,
      shutdownSeconds: 2,
      ...this.#options.settings,
    }
    this.#server = await startServer(settings, { drainMs: 0, ...this.#options.tuning })
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    await server?.close()
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Any call; a body that is no string goes as JSON. */
  async call(
    method: string,
    path: string,
    {
      body,
      token,
      headers = {},
    }: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const json = body !== undefined && typeof body !== 'string'
    const response = await fetch(this.addressOf(token) + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as string) }),
    })
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    }
  }

  /** Registers someone, without a stream. */
  async register(username: string, password = `${username}-password`): Promise<Guest> {
    const { status, body } = await this.call('POST', '/v1/register', {
      body: { username, password },
    })
    if (status !== 201) throw new Error(`register ${username}: ${JSON.stringify(body)}`)
    return new Guest(this, username, password, body.token)
  }

  async login(username: string, password = `${username}-password`): Promise<Guest> {
    const { status, body } = await this.call('POST', '/v1/login', { body: { username, password } })
    if (status !== 200) throw new Error(`login ${username}: ${JSON.stringify(body)}`)
    return new Guest(this, username, password, body.token)
  }

  /** Registers someone and opens their stream; resolves when it is ready. */
  async join(
    username: string,
    options: Partial<ReaderOptions> = {},
  ): Promise<Guest & { stream: EventReader }> {
    const guest = await this.register(username)
    const stream = await guest.open(options)
    await stream.next('ready')
    return Object.assign(guest, { stream })
  }
}

/** Someone who is logged in. */
export class Guest {
  readonly room: Room
  readonly username: string
  readonly password: string
  readonly token: string

  constructor(room: Room, username: string, password: string, token: string) {
    this.room = room
    this.username = username
    this.password = password
    this.token = token
  }

  call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.room.call(method, path, { body, token: this.token, headers })
  }

  broadcast(text: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('POST', '/v1/messages/broadcast', { text }, headers)
  }

  direct(
    to: string,
    text: string,
    fields: object = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.call('POST', '/v1/messages/direct', { to, text, ...fields }, headers)
  }

  /** Opens a stream; resolves once its head has come. */
  open(options: Partial<ReaderOptions> = {}): Promise<EventReader> {
    const url = this.room.streamAddressOf(this.token)
    return EventReader.open({ url, token: this.token, ...options })
  }
}
