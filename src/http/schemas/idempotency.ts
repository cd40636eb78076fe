import { Type } from 'typebox'

/** The header of a call that makes something of which a retry must not make another. */
export const idempotencyKey = (what: 'message' | 'room') =>
  Type.Object({
    'Idempotency-Key': Type.Optional(
      Type.String({
        pattern: '^[\\x21-\\x7E]{1,255}$',
        'x-rule': 'must be 1 to 255 visible ASCII characters, without spaces',
        description: `1 to 255 visible ASCII characters of your own choice, such as a UUID, new for each ${what}. It makes a retry safe for 24 hours: the same key with the same content ${what === 'room' ? 'makes one room' : 'posts once'}, and every further time is answered with the first ${what}.`,
      }),
    ),
  })

export const replayedHeader = (done: 'posted' | 'made') =>
  ({
    type: 'string',
    description: `\`true\` where the key was used before and nothing new was ${done}`,
  }) as const
