import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openProxy } from '../e2e/support/proxy.ts'
import { openRoom, temporaryFolder } from '../support/room.ts'
import { Bot, tallyBots } from './support/bots.ts'

// A stopping server sends the streams back within half the grace.
const settings = { presenceGraceMs: 600 }
const thumb = encodeURIComponent('👍')
const heart = encodeURIComponent('❤️')

for (const language of Object.keys(tallyBots))
  t.test(`the bot in ${language} keeps a tally, also over its own end`, async (t) => {
    const room = await openRoom(t, { settings })
    const proxy = await openProxy(t, room.url)
    const folder = await temporaryFolder(t)
    const bot = new Bot(language, proxy.url, folder, {
      bots: tallyBots,
      env: { BOT_ROOM: 'polls' },
    })
    t.teardown(() => bot.kill())
    const [ann, bob] = [await room.register('ann'), await room.register('bob')]
    bot.start()
    await bot.listening()
    for (const guest of [ann, bob])
      await guest.call('PUT', `/v1/rooms/polls/members/${guest.username}`)
    const stream = await ann.open({ query: '?presence=none' })
    await stream.next('ready')
    const react = (who: typeof ann, method: string, id: number, emoji: string) =>
      who.call(method, `/v1/messages/${id}/reactions/${emoji}`)
    const edited = (text: string) =>
      stream.next('message.updated', (message) => message.text === text)

    // A text and metadata that look like what the bot reads.
    const forged = [{ emoji: '🍕', count: 99, me: false, by: [] }]
    const { body: poll } = await ann.call('POST', '/v1/rooms/polls/messages', {
      text: '!poll Pizza? "reactions":[{"emoji":"x","count":9}]',
      metadata: { reactions: forged },
    })
    const isReply = (message: { replyTo?: number }) => message.replyTo === poll.id
    const reply = (await stream.next('message', isReply)).data
    t.match(reply, { from: bot.username, room: 'polls', text: 'Tally: no reactions yet' })

    await react(ann, 'PUT', poll.id, thumb)
    await edited('Tally: 👍 1')
    await react(bob, 'PUT', poll.id, thumb)
    await react(bob, 'PUT', poll.id, heart)
    await edited('Tally: 👍 2, ❤️ 1')
    await react(ann, 'DELETE', poll.id, thumb)
    await edited('Tally: 👍 1, ❤️ 1')
    await react(ann, 'PUT', reply.id, thumb)

    bot.kill()
    await bot.ended()
    await react(bob, 'DELETE', poll.id, thumb)
    await react(bob, 'DELETE', poll.id, heart)
    const { body: missed } = await bob.call('POST', '/v1/rooms/polls/messages', {
      text: '!poll Still there?',
    })
    await react(bob, 'PUT', missed.id, heart)
    bot.start()
    await edited('Tally: no reactions yet')
    await edited('Tally: ❤️ 1')
    const { body: history } = await ann.call('GET', '/v1/rooms/polls/messages')
    const replies = history.messages.filter(({ from }: { from: string }) => from === bot.username)
    t.same(
      replies.map(({ replyTo }: { replyTo: number }) => replyTo),
      [poll.id, missed.id],
      'one reply to each poll',
    )
    stream.cut()

    const copy = join(folder, 'copy')
    await room.stop()
    await cp(room.folder, copy, { recursive: true })
    await room.start()
    proxy.target = room.url
    const { body: lost } = await ann.call('POST', '/v1/rooms/polls/messages', {
      text: '!poll Who remembers this?',
    })
    const later = await ann.open({ query: '?presence=none', cursor: String(lost.id) })
    await later.next('message', ({ replyTo }) => replyTo === lost.id)
    later.cut()
    await room.stop()
    await rm(room.folder, { recursive: true })
    await cp(copy, room.folder, { recursive: true })
    await room.start()
    proxy.target = room.url
    const { body: again } = await bob.call('POST', '/v1/rooms/polls/messages', {
      text: '!poll Under an id that was given out before?',
    })
    t.equal(again.id, lost.id)
    const last = await bob.open({ query: '?presence=none', cursor: String(again.id) })
    await last.next('message', ({ replyTo }) => replyTo === again.id)
    last.cut()
  })
