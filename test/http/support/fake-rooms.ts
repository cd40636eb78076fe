import type { MadeRoom, PresentMember } from '../../../src/chat/rooms.ts'
import type { Services } from '../../../src/http/services.ts'
import type { Room, RoomView } from '../../../src/store/room.ts'
import type { Session } from '../../../src/store/session-store.ts'

export const tea: Room = {
  id: 9,
  name: 'Tea ☕',
  title: 'The tea room',
  topic: '',
  access: 'open',
  history: 'all',
  archived: false,
  createdAt: 0,
  memberCount: 1,
}

const bob = { id: 2, username: 'bob' }

/** Answers each call with one room and one member, and keeps what it was asked. */
export class FakeRooms {
  /** The name of each call, who made it, and with what. */
  readonly calls: unknown[][] = []
  /** Thrown by every call but those that parse. */
  refusal: Error | undefined
  view: RoomView = { room: tea, membership: { role: 'owner', joinedAt: 1000 } }
  made: MadeRoom = { room: this.view, replayed: false }
  member: PresentMember = { person: bob, role: 'member', joinedAt: 1000, online: true }
  joined = true

  get service(): Services['rooms'] {
    const answer =
      <T>(name: string, value: () => T) =>
      async (caller: Session, ...asked: unknown[]): Promise<T> => {
        this.calls.push([name, caller.account.username, ...asked])
        if (this.refusal !== undefined) throw this.refusal
        return value()
      }
    return {
      create: answer('create', () => this.made),
      replay: async () => (this.made.replayed ? this.made : undefined),
      find: answer('find', () => this.view),
      list: answer('list', () => ({ rooms: [this.view], more: true })),
      update: answer('update', () => this.view),
      delete: answer('delete', () => undefined),
      members: answer('members', () => ({ members: [this.member], count: 3, more: true })),
      putMember: answer('putMember', () => ({ member: this.member, joined: this.joined })),
      changeMember: answer('changeMember', () =>
        this.joined ? undefined : { member: this.member, joined: false },
      ),
      removeMember: answer('removeMember', () => undefined),
      bans: answer('bans', () => ({
        bans: [{ person: bob, by: { id: 1, username: 'ann' }, at: 1000 }],
        more: false,
      })),
      ban: answer('ban', () => undefined),
      unban: answer('unban', () => undefined),
    }
  }
}
