import t from 'tap'
import { openRoom } from '../support/room.ts'
import { programOf, programTokens } from './behaviour/program-tokens.ts'

programTokens(t, openRoom)

t.test(
  'a token counts as one session: past the limit of streams its own oldest ends',
  async (t) => {
    const room = await openRoom(t, { settings: { streamsPerUser: 2 } })
    const ann = await room.join('ann')
    const bot = await programOf(ann, ['read'])
    const first = await bot.open()
    await first.next('ready')
    const second = await bot.open()
    await second.next('ready')
    t.same((await first.next('bye')).data, { reason: 'replaced' })
    t.notOk(ann.stream.closed)
  },
)
