import { Problem } from '../../src/chat/problems.ts'

/** The problem that was thrown, as plain data. */
export async function refusalOf(work: () => unknown) {
  try {
    await work()
  } catch (error) {
    if (error instanceof Problem) {
      return { code: error.code, detail: error.message, ...error.extras }
    }
    throw error
  }
  throw new Error('Nothing was refused')
}
