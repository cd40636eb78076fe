import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openProxy } from '../e2e/support/proxy.ts'
import { openRoom, type Room, temporaryFolder } from '../support/room.ts'
import { Bot, botsHere } from './support/bots.ts'

const { here, missing } = botsHere()
for (const language of missing) t.pass(`${language} is not here: its bot is not run`)

// A stopping server sends the streams back within half the grace.
const settings = { presenceGraceMs: 600 }

t.test('each bot answers once, over restarts, a log that went back and its own end', async (t) => {
  const room = await openRoom(t, { settings })
  const ann = await room.register('ann')
  const tokens = new Set<string>()
  const proxy = await openProxy(t, room.url, (bytes) => {
    for (const [, token] of bytes.toString('latin1').matchAll(/^authorization: bearer (\S+)/gim))
      tokens.add(token as string)
  })
  const folder = await temporaryFolder(t)
  const bots = here.map((language) => new Bot(language, proxy.url, folder))
  t.teardown(() => {
    for (const bot of bots) bot.kill()
  })

  /** Resolves once the whole log holds so many answers of each bot, and not one more of any. */
  async function answers(count: number, why: string) {
    const stream = await ann.open({ cursor: '0' })
    const said = () => stream.messages.filter(({ from }) => from !== 'ann')
    await stream.until(() => said().length >= count * bots.length, why)
    for (const { username } of bots) {
      const own = said().filter(({ from }) => from === username)
      t.equal(own.length, count, `${username} ${why}`)
    }
    for (const { text } of said()) t.match(text, /^ann, it is \d\d:\d\d:\d\d UTC$/)
    stream.cut()
  }
  async function restarted(while_: () => Promise<void> = async () => {}) {
    await room.stop()
    await while_()
    await room.start()
    proxy.target = room.url
  }

  for (const bot of bots) bot.start()
  await Promise.all(bots.map((bot) => bot.listening()))
  await ann.broadcast('What is the !time?')
  await ann.broadcast('!time')
  await answers(1, 'answers everyone')

  for (const { username } of bots) await ann.direct(username, '!time')
  await answers(2, 'answers one person')

  const copy = join(folder, 'copy')
  await restarted(() => cp(room.folder, copy, { recursive: true }))
  await ann.broadcast('!time')
  await answers(3, 'answers what was asked before it was back')

  await restarted(async () => {
    await rm(room.folder, { recursive: true })
    await cp(copy, room.folder, { recursive: true })
  })
  await ann.broadcast('!time')
  await answers(3, 'answers under an id that the log gives out again')

  const elsewhere = await openRoom(t)
  proxy.target = elsewhere.url
  await room.stop()
  for (const bot of bots)
    t.equal(await bot.ended(), 1, `${bot.username} ends where nobody knows its token`)
  await room.start()
  proxy.target = room.url
  await ann.broadcast('!time')
  for (const bot of bots) bot.start()
  await answers(4, 'answers what was asked while it did not run')

  await logOut(room, tokens)
  for (const bot of bots) t.equal(await bot.ended(), 0, `${bot.username} ends when logged out`)
  await answers(4, 'has not answered twice')

  const strangers = here.map(
    (language) => new Bot(language, elsewhere.url, folder, { password: 'short' }),
  )
  for (const bot of strangers) bot.start()
  for (const bot of strangers) {
    t.equal(await bot.ended(), 1, `${bot.username} ends where it is not let in`)
    t.match(bot.told, 'invalid-request', 'and says why')
  }
})

async function logOut(room: Room, tokens: Iterable<string>): Promise<void> {
  for (const token of tokens) await room.call('POST', '/v1/logout', { token })
}
