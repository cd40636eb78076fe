import { openConnections, postAll } from '../load/poster.ts'
import { directRequest, membershipRequest, roomRequest } from '../load/requests.ts'
import { checkEach, closeAll, openStreams } from '../load/streams.ts'
import { microseconds, startWatch } from '../machine/stopwatch.ts'
import { type OnSqlite, obrol } from '../servers/obrol.ts'
import { type Rooms, roomName } from '../servers/seed.ts'
import type { Server } from '../servers/server.ts'
import type { SqliteScenario } from './both-stores.ts'
import { inFlight, measureFanOut, spanOf } from './fan-out.ts'
import { measureIdle } from './idle.ts'
import { measureLone, whileAwake } from './lone.ts'
import { measurePosts } from './posts.ts'
import { atMost, figure, ratio, type Sample } from './scenario.ts'

const streams = 10_000

/** Divides the first people among rooms: each is in one of them. */
const apart = (rooms: number, size: number): Rooms =>
  Array.from({ length: rooms }, (_, room) =>
    Array.from({ length: size }, (_, member) => room * size + member),
  )

const withRooms = (name: string, rooms: Rooms): OnSqlite => ({ ...obrol({ rooms }), name })

const bigRoom = withRooms('a room of 1,000 among 10,000', apart(1, 1_000))
const thousand: OnSqlite = { ...obrol(), name: 'broadcasts to 1,000' }

/** A big room does not cost what the streams outside it would. */
export const roomFanOut = (full: boolean): SqliteScenario => ({
  name: 'room-fan-out',
  title: `fan-out of 200-byte messages in a room of 1,000 online, 10,000 streams, ${inFlight} posts in flight`,
  short: 'fan-out in a room of 1,000 among 10,000 streams',
  contenders: [bigRoom, thousand],
  people: streams,
  measure: (server, { name }) =>
    name === thousand.name
      ? measureFanOut(server, 1_000, spanOf(full))
      : measureFanOut(server, streams, spanOf(full), {
          receivers: 1_000,
          post: postsTo(server, roomName(0)),
        }),
  goals: [
    {
      told: '≥ 0.8 × broadcasts to 1,000 streams',
      value: ratio('deliveries/s', bigRoom.name, thousand.name),
      holds: (value) => value >= 0.8,
    },
  ],
  columns: [
    ['deliveries/s', '/s', 0],
    ['µs a delivery', 'µs CPU', 2],
    ['load', 'of the load’s core', 2],
  ],
})

/** Posts to one room, by the first 64 people. */
function postsTo(server: Server, room: string): (n: number) => Buffer {
  const requests = server.tokens.slice(0, inFlight).map((token) => roomRequest(token, room))
  return (n) => requests[n % requests.length] as Buffer
}

const manyRooms = withRooms('500 rooms of 20', apart(500, 20))
const loneMessage: OnSqlite = { ...obrol(), name: 'a lone message to 1,000' }

/** Many rooms at once: few streams share a message. */
export const roomsApart = (full: boolean): SqliteScenario => ({
  name: 'rooms-apart',
  title: `posts spread over 500 rooms of 20 online each, ${inFlight} in flight, the load’s core kept awake`,
  short: 'posts spread over 500 rooms of 20 online each',
  contenders: [manyRooms, loneMessage],
  people: streams,
  measure: (server, { name }) =>
    name === loneMessage.name
      ? measureLone(server, full)
      : whileAwake(() => measureCost(server, full, toRooms(server, 500, 20))),
  goals: [
    {
      told: 'CPU a delivery ≤ 1.3 × a lone message’s',
      value: ratio('µs a delivery', manyRooms.name, loneMessage.name),
      holds: (value) => value <= 1.3,
    },
  ],
  // The load's share of its core says nothing here, because it is kept busy.
  columns: [
    ['µs a delivery', 'µs CPU', 2],
    ['posts/s', 'posts/s', 0],
  ],
})

const smallRoom = withRooms('a room of 10', apart(1, 10))
const smallRooms = withRooms('1,000 rooms of 10', apart(1_000, 10))
const directly: OnSqlite = { ...obrol(), name: 'direct messages' }

/**
 * What ten people say costs no more than what two do: where many posts are in flight, one write
 * carries several. Spread over 1,000 rooms, where it cannot, ten streams take ten writes.
 */
export const smallRoomPosts = (full: boolean): SqliteScenario => ({
  name: 'room-posts',
  title: `posts to a room of 10 among 10,000 streams, ${inFlight} in flight`,
  short: 'a post to a room of 10 among 10,000 streams',
  contenders: [smallRoom, smallRooms, directly],
  people: streams,
  measure(server, { name }) {
    if (name === directly.name) return measureCost(server, full, toPeople(server))
    return measureCost(server, full, toRooms(server, name === smallRoom.name ? 1 : 1_000, 10))
  },
  goals: [
    {
      told: 'cost ≤ 1.2 × a direct message’s',
      value: ratio('µs a post', smallRoom.name, directly.name),
      holds: (value) => value <= 1.2,
    },
  ],
  columns: [
    ['posts/s', '/s', 0],
    ['µs a post', 'µs CPU', 1],
    ['load', 'of the load’s core', 2],
  ],
})

/** A post, and the streams that must receive it. */
type ChosenPost = (n: number, line: number) => { request: Buffer; to: readonly number[] }

/** The n-th post is to another room than the one before, by one of its members. */
function toRooms(server: Server, rooms: number, size: number): ChosenPost {
  const members = apart(rooms, size)
  return (n) => {
    const room = (n * 37) % rooms
    const to = members[room] as readonly number[]
    const author = to[Math.floor(n / rooms) % size] as number
    return { request: roomRequest(server.tokens[author], roomName(room)), to }
  }
}

/** From one of 64 users to one of all. */
function toPeople(server: Server): ChosenPost {
  return (n, line) => {
    const to = (n * 37) % streams
    const request = directRequest(server.tokens[line], `person${to}`)
    return { request, to: to === line ? [to] : [to, line] }
  }
}

async function measureCost(server: Server, full: boolean, choose: ChosenPost): Promise<Sample> {
  const count = full ? 30_000 : 8_000
  const readers = await openStreams(server, streams)
  const lines = await openConnections(server.port, inFlight)
  const expected = new Uint32Array(streams)
  let deliveries = 0
  function post(n: number, line: number): Buffer {
    const { request, to } = choose(n, line)
    for (const stream of to) expected[stream] = (expected[stream] as number) + 1
    deliveries += to.length
    return request
  }
  await postAll(lines, count / 2, post)
  await checkEach(readers, expected)
  deliveries = 0
  const watch = startWatch(server.pid, server.databasePid)
  await postAll(lines, count, post)
  await checkEach(readers, expected)
  const lap = watch.stop()
  closeAll(readers)
  for (const line of lines) line.close()
  return {
    'posts/s': count / lap.seconds,
    ...microseconds('µs a post', lap, count),
    ...microseconds('µs a delivery', lap, deliveries),
    load: lap.loadShare,
  }
}

/** Everyone in 20 of 2,000 rooms, with others in each. */
const inTwenty = withRooms(
  'obrol',
  Array.from({ length: 2_000 }, (_, room) =>
    // One in 101 of the rooms after a person's first is theirs, until they have 20.
    Array.from({ length: 20 }, (_, nth) =>
      Array.from({ length: 5 }, (_, lap) => ((room + 2_000 - nth * 101) % 2_000) + lap * 2_000),
    ).flat(),
  ),
)

/** What being in rooms adds to an idle stream. */
export const idleInRooms = (full: boolean): SqliteScenario => ({
  name: 'rooms-idle',
  title: 'memory of an idle stream, 10,000 people in 20 of 2,000 rooms each',
  short: 'memory of an idle stream of a person in 20 rooms',
  contenders: [inTwenty],
  people: streams,
  ...(full ? {} : { rounds: 1 }),
  measure: measureIdle,
  goals: [
    atMost(10, 'KB', figure('KB a stream', inTwenty.name), (limit) => `≤ ${limit} KB resident`),
  ],
  columns: [
    ['KB a stream', 'KB', 1],
    ['MB before', 'MB before', 0],
    ['MB after', 'MB with all', 0],
  ],
})

const joinedRooms = 16

/** Rooms whose owners stay, for the first 64 people to join and to leave. */
const joining = withRooms(
  'joining and leaving',
  Array.from({ length: joinedRooms }, (_, room) => [inFlight + room]),
)
const posting: OnSqlite = { ...obrol(), name: 'posts' }

/** Memberships that change, without streams. */
export const joins = (full: boolean): SqliteScenario => ({
  name: 'room-joins',
  title: `joining and leaving ${joinedRooms} rooms, no streams, ${inFlight} in flight`,
  short: 'joining and leaving rooms',
  contenders: [joining, posting],
  people: inFlight + joinedRooms,
  measure: (server, { name }) =>
    measurePosts(
      server,
      spanOf(full),
      name === posting.name ? (_n, line) => server.broadcast(line) : joinsAndLeaves(server),
    ),
  goals: [
    {
      told: '≥ 0.5 × posts',
      value: ratio('posts/s', joining.name, posting.name),
      holds: (value) => value >= 0.5,
    },
  ],
  columns: [
    ['posts/s', '/s', 0],
    ['µs a post', 'µs CPU', 1],
    ['store share', 'of it in the store’s threads', 2],
    ['load', 'of the load’s core', 2],
  ],
})

/** Each of 64 people joins a room, leaves it, joins the next: every call changes something. */
function joinsAndLeaves({ tokens }: Server): (n: number, line: number) => Buffer {
  const calls = new Uint32Array(inFlight)
  return (_n, line) => {
    const nth = calls[line] as number
    calls[line] = nth + 1
    const room = roomName((line + (nth >> 1)) % joinedRooms)
    return membershipRequest(nth % 2 === 0 ? 'PUT' : 'DELETE', tokens[line], room, `person${line}`)
  }
}
