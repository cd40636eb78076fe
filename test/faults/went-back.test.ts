import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { temporaryFolder } from '../support/room.ts'
import { holds, words } from './support/books.ts'
import { Chain, type Received } from './support/chain.ts'
import { settle } from './support/fleet.ts'
import { Load } from './support/load.ts'
import { runCommand } from './support/process.ts'
import { openSite, type Site } from './support/site.ts'

// What these tests do most is wait for processes to start.
t.jobs = 2

/** Two ways to keep a data folder and to put it back. */
const ways = {
  'a copy of the stopped folder': {
    async keep(site: Site, copy: string) {
      await site.stop()
      await cp(site.folder, copy, { recursive: true })
      await site.start()
    },
    async putBack(site: Site, copy: string) {
      await rm(site.folder, { recursive: true })
      await cp(copy, site.folder, { recursive: true })
    },
  },
  'a backup beside the running server': {
    async keep(site: Site, copy: string) {
      await runCommand(site.folder, ['backup', copy])
    },
    async putBack(site: Site, copy: string) {
      await runCommand(site.folder, ['restore', copy])
    },
  },
}

for (const [way, { keep, putBack }] of Object.entries(ways)) {
  t.test(`${way} is put back: streams past the edge are rewound to it, others told`, async (t) => {
    const site = await openSite(t)
    const copy = join(await temporaryFolder(t), 'copy')
    const [ann, bob] = await site.registerAll('ann', 'bob')
    const load = new Load(site, { people: [ann, bob], lanes: 1, directEvery: 4 })
    const chains: Chain[] = []
    t.teardown(() => Promise.all(chains.map((chain) => chain.close())))
    const chain = () => chains[chains.push(new Chain(site, ann).open()) - 1] as Chain

    await load.say(30)
    const below = chain()
    await below.reach(30)
    await below.close()
    await load.say(20)
    const atEdge = chain()
    await atEdge.reach(50)
    await atEdge.come('ready')
    await keep(site, copy)
    // Once more at the head, in the epoch that is the newest by now.
    await atEdge.come('ready', site.starts)
    await atEdge.close()

    const open = chain()
    await load.say(1)
    const justPast = chain()
    await justPast.reach(51)
    await justPast.close()
    // They hold what was answered to their person, past what their streams have told.
    for (const { kept } of [open, justPast]) t.ok(kept.has(51))
    const answer = justPast.kept.get(51) as Received
    for (const before of [below, atEdge]) before.hold(answer)
    await load.say(99)
    await open.reach(150)
    const { starts } = site
    await site.stop()
    await putBack(site, copy)
    const gone = load.posts.splice(50)

    await site.start()
    for (const again of [below, atEdge, justPast]) again.open()
    const past = [open, justPast]
    const told = atEdge.newEpochs.length
    await Promise.all([...past, below].map((stream) => stream.come('reset')))
    await atEdge.come('reset', told + 1)
    await load.say(30)
    const log = await settle(site, chains)

    for (const { resets, newEpochs } of past) {
      t.match(resets, [{ reason: 'rewound', from: 50, oldest: 1, head: 50 }])
      t.same([resets.length, newEpochs], [1, []])
    }
    for (const { resets, discarded } of [below, atEdge]) {
      t.same(resets, [], 'nothing before the edge')
      t.equal(discarded, 1, 'what the log lost is held no longer')
    }
    t.same(below.newEpochs, [30])
    t.same(atEdge.newEpochs, Array(starts).fill(50), 'at each start since')
    t.equal(open.discarded, gone.length, 'what it held past the edge is void')
    t.equal(justPast.discarded, 1)
    t.equal(log.length, 80, 'the ids past the edge were given again')
    holds(t, log, load, chains, words({ 'posts that went': gone.length }))
  })
}
