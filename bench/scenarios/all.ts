import { onBothStores } from './both-stores.ts'
import { presenceStorm } from './coming.ts'
import { direct } from './direct.ts'
import { fanOuts } from './fan-out.ts'
import { conversations, pages, resumeInRooms, startGrown } from './history.ts'
import { idle } from './idle.ts'
import { lone } from './lone.ts'
import { fanOutOfNodes, idleNodes, moreNodes, nodesApart, postsOfNodes } from './nodes.ts'
import { opens } from './opens.ts'
import { posts } from './posts.ts'
import { resume } from './resume.ts'
import { idleInRooms, joins, roomFanOut, roomsApart, smallRoomPosts } from './rooms.ts'
import type { Scenario } from './scenario.ts'
import { soak } from './soak.ts'
import { stalled } from './stalled.ts'
import { start } from './start.ts'
import { steady } from './steady.ts'

/** The scenarios of the quick form. */
export const quick: readonly string[] = ['fan-out-1000', 'posts', 'opens', 'idle']

/** Every scenario, in the order of the table. */
export function allScenarios(full: boolean, soakMinutes: number): Scenario[] {
  return [
    ...fanOuts(full),
    lone(full),
    steady(full),
    posts(full),
    direct(full),
    opens(full),
    idle(full),
    resume(full),
    stalled(full),
    presenceStorm(full),
    nodesApart(full),
    postsOfNodes(full),
    moreNodes(full),
    fanOutOfNodes(full),
    idleNodes(full),
    start(),
    ...onBothStores(roomFanOut(full)),
    ...onBothStores(roomsApart(full)),
    ...onBothStores(smallRoomPosts(full)),
    ...onBothStores(idleInRooms(full)),
    ...onBothStores(joins(full)),
    ...onBothStores(resumeInRooms(full)),
    ...onBothStores(pages(full)),
    ...onBothStores(conversations(full)),
    ...onBothStores(startGrown()),
    soak(soakMinutes),
  ]
}
