import { request } from 'node:http'

/** A user that was registered for a flood. */
export class Person {
  readonly username: string
  readonly password: string
  readonly token: string

  private constructor(username: string, password: string, token: string) {
    this.username = username
    this.password = password
    this.token = token
  }

  /** @param from the loopback address of the user: each address may register a few */
  static async register(url: string, username: string, from: string): Promise<Person> {
    const password = `${username}-password`
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const headers = { 'content-type': 'application/json' }
    const options = { method: 'POST', localAddress: from, headers }
    const outgoing = request(`${url}/v1/register`, options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (more) => {
        text += more
      })
      response.on('end', () => resolve(text))
    })
    outgoing.on('error', reject)
    outgoing.end(JSON.stringify({ username, password }))
    return new Person(username, password, JSON.parse(await promise).token)
  }
}
