import { Problem } from '../../chat/problems.ts'
import type { Session } from '../../store/session-store.ts'
import { coversScope } from '../../store/token-rules.ts'
import type { RouteScope } from '../schemas/scope.ts'

/**
 * Refuses a token for programs that the route does not take. It may say so before anything is known about
 * what the call is for, because a token keeps its scopes.
 *
 * @param needed by the route
 * @throws {Problem} `forbidden`
 */
export function checkScope({ token }: Session, needed: RouteScope | undefined): void {
  if (token === undefined) return
  if (needed === undefined || needed === 'session' || needed === 'none')
    throw new Problem(
      'forbidden',
      'This call takes no token for programs: log in and send that token.',
    )
  if (!coversScope(token.scopes, needed))
    throw new Problem('forbidden', `This call needs a token with the scope ${needed}.`)
}
