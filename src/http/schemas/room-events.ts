import { Type } from 'typebox'
import { Count } from './common.ts'
import { MadeRoom, Role } from './rooms.ts'

const room = Type.String({ description: 'The name of the room' })
const by = Type.String({ description: 'The username of who did it' })

const RoomJoined = Type.Object(
  { room: MadeRoom, role: Role, by },
  {
    $id: 'RoomJoined',
    description:
      'The data of the event `room.joined`. The room is as it is now, with the `role` and `joinedAt` that this event gave: its `name` alone where the user may not read it any more',
  },
)

const RoomLeft = Type.Object(
  {
    room,
    by,
    reason: Type.Enum(['left', 'removed', 'banned'], {
      type: 'string',
      description: 'Whether the user left, or was removed or banned',
    }),
  },
  { $id: 'RoomLeft', description: 'The data of the event `room.left`' },
)

const MemberChange = Type.Object(
  {
    room,
    username: Type.String({ description: 'The username of the member' }),
    role: Type.Optional(Role),
    by,
    memberCount: Count('How many members the room has now'),
  },
  {
    $id: 'MemberChange',
    description:
      'The data of the events `member.joined`, `member.left` and `member.updated`. `role` is what the member is from then on; not with `member.left`',
  },
)

const RoomDeleted = Type.Object(
  { room },
  { $id: 'RoomDeleted', description: 'The data of the event `room.deleted`' },
)

export const roomEventData = { RoomJoined, RoomLeft, MemberChange, RoomDeleted }
