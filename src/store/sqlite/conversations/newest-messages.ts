import { EVERYONE } from '../log/audiences.ts'

/** The conversations that `:viewer` is in. */
export const ownAudiences = `
  SELECT ${EVERYONE} AS audience, 0, 0
  UNION ALL
  SELECT audience_id, joined_id,
         joined_id > 0 AND (SELECT history = 'since-joined' FROM rooms
                            WHERE rooms.audience_id = members.audience_id)
  FROM members WHERE account_id = :viewer AND left_id IS NULL`

/** Only `:audience`, if they are in it. */
export const oneAudience = `
  SELECT * FROM (${ownAudiences}) WHERE audience = :audience`

/**
 * The newest message of each that they may read, else the entry with which they joined, else 0. Of a
 * history `since-joined` it can be of an earlier stay.
 */
export function newestIn(audiences: string): string {
  return `
    own (audience, joined, isSinceJoined) AS (${audiences}),
    newest (audience, lastId) AS MATERIALIZED (
      SELECT audience, coalesce(
        CASE WHEN isSinceJoined THEN (
          SELECT found.id FROM members AS stay
          CROSS JOIN entries AS found INDEXED BY entries_messages
            ON found.audience_id = stay.audience_id AND found.kind = 'message'
              AND found.id > stay.joined_id AND (stay.left_id IS NULL OR found.id < stay.left_id)
          WHERE stay.account_id = :viewer AND stay.audience_id = own.audience
          ORDER BY stay.joined_id DESC, found.id DESC LIMIT 1)
        ELSE (
          SELECT max(found.id) FROM entries AS found INDEXED BY entries_messages
          WHERE found.audience_id = own.audience AND found.kind = 'message')
        END, joined)
      FROM own)`
}
