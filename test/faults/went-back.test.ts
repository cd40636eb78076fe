import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { temporaryFolder } from '../support/room.ts'
import { holds, words } from './support/books.ts'
import { Chain, type Received } from './support/chain.ts'
import { allAtHead, settle } from './support/fleet.ts'
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
    // The rooms of each are its own, so that what is lost of one is not missed by another.
    const load = (name: string) =>
      new Load(site, { name, people: [ann, bob], lanes: 1, directEvery: 4 })
    const [kept, lost, later] = [load('kept-'), load('lost-'), load('later-')]
    const chains: Chain[] = []
    t.teardown(() => Promise.all(chains.map((chain) => chain.close())))
    const chain = () => chains[chains.push(new Chain(site, ann).open()) - 1] as Chain

    await kept.run(30)
    const below = chain()
    const before = await allAtHead(site, [below])
    await below.close()
    await kept.run(20)
    const atEdge = chain()
    const edge = await allAtHead(site, [atEdge])
    await atEdge.come('ready')
    await keep(site, copy)
    // Once more at the head, in the epoch that is the newest by now.
    await atEdge.come('ready', site.starts)
    await atEdge.close()

    const open = chain()
    await lost.run(1)
    const justPast = chain()
    await justPast.reach(edge + 1)
    await justPast.close()
    // They hold what was answered to their person, past what their streams have told.
    for (const { kept } of [open, justPast]) t.ok(kept.has(edge + 1))
    const answer = justPast.kept.get(edge + 1) as Received
    for (const behind of [below, atEdge]) behind.hold(answer)
    await lost.run(99)
    await allAtHead(site, [open])
    const gone = [...open.kept.keys()].filter((id) => id > edge).length
    const { starts } = site
    await site.stop()
    await putBack(site, copy)

    await site.start()
    for (const again of [below, atEdge, justPast]) again.open()
    const past = [open, justPast]
    const told = atEdge.newEpochs.length
    await Promise.all([...past, below].map((stream) => stream.come('reset')))
    await atEdge.come('reset', told + 1)
    await later.run(30)
    const log = await settle(site, chains)

    for (const { resets, newEpochs } of past) {
      t.match(resets, [{ reason: 'rewound', from: edge, oldest: 1, head: edge }])
      t.same([resets.length, newEpochs], [1, []])
    }
    for (const { resets, discarded } of [below, atEdge]) {
      t.same(resets, [], 'nothing before the edge')
      t.equal(discarded, 1, 'what the log lost is held no longer')
    }
    t.same(below.newEpochs, [before])
    t.same(atEdge.newEpochs, Array(starts).fill(edge), 'at each start since')
    t.equal(open.discarded, gone, 'what it held past the edge is void')
    t.equal(justPast.discarded, 1)
    t.equal(log[edge]?.text, later.acts[0]?.text, 'the ids past the edge were given again')
    holds(t, log, [kept, later], chains, words({ 'messages that went': gone }))
  })
}
