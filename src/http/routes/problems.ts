import { Problem, type ProblemCode, problems } from '../../chat/problems.ts'
import type { Api } from '../fastify-types.ts'
import { explainProblem } from '../schemas/problems.ts'

/** What the codes of problems mean, at the address that each problem's `type` names. */
export async function problemRoutes(app: Api): Promise<void> {
  app.get('/problems/:code', { schema: explainProblem }, async ({ params }) => {
    const { code } = params
    if (!Object.hasOwn(problems, code)) throw new Problem('not-found', 'There is no such code.')
    return { type: `/problems/${code}`, ...problems[code as ProblemCode] }
  })
}
