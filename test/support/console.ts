import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import type { Room } from './room.ts'

export interface ConsoleAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came
  body: any
}

/** A call by the console of a room. */
export async function callByConsole(
  { folder }: Pick<Room, 'folder'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ConsoleAnswer> {
  const sent = request({
    socketPath: join(folder, 'admin.sock'),
    method,
    path,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
  })
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return { status: response.statusCode, body: text === '' ? '' : JSON.parse(text) }
}
