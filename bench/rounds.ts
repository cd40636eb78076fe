import { InvalidRun } from './load/streams.ts'
import type { Round, Sample, Scenario } from './scenarios/scenario.ts'
import type { Contender } from './servers/server.ts'

/** Runs every server once in each round, so that changes of the machine's speed affect all alike. */
export async function runRounds(
  scenario: Scenario,
  rounds: number,
  tell: (line: string) => void,
): Promise<Round[]> {
  const results: Round[] = []
  for (let round = 0; round < (scenario.rounds ?? rounds); round++) {
    const samples: Record<string, Sample> = {}
    for (const contender of scenario.contenders) {
      samples[contender.name] = await runOnce(scenario, contender)
      tell(
        `${scenario.name} ${round + 1}: ${contender.name} ${JSON.stringify(samples[contender.name])}`,
      )
    }
    results.push(samples)
  }
  return results
}

async function runOnce(scenario: Scenario, contender: Contender): Promise<Sample> {
  const server = await contender.start(scenario.people)
  try {
    return await scenario.measure(server, contender)
  } catch (error) {
    if (error instanceof InvalidRun)
      error.message = `${scenario.name}, ${contender.name}: ${error.message}`
    throw error
  } finally {
    await server.stop()
  }
}
