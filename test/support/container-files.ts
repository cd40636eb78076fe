import { readFileSync } from 'node:fs'

/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  name: string
  /** What follows the name; for `HEALTHCHECK` what follows its options' `CMD`. */
  rest: string
}

/** The text of a file of the repository. */
export function repositoryFile(name: string): string {
  return readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
}

/** The stages of a Dockerfile, each with its `FROM` first. */
export function stagesOf(dockerfile: string): Instruction[][] {
  const stages: Instruction[][] = []
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
  for (const line of lines) {
    const [, name, rest] = /^([A-Z]+)\s+(?:(?:--\S+\s+)*CMD\s+(?=\[))?(.*)$/.exec(line) ?? []
    if (name === 'FROM') stages.push([])
    if (name !== undefined) stages.at(-1)?.push({ name, rest: rest as string })
  }
  return stages
}

/** What a stage copies from the build's context, not from another stage. */
export function copiedFrom(stage: readonly Instruction[]): string[] {
  return stage
    .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from='))
    .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1))
}

/** The variables that a stage sets. */
export function environmentOf(stage: readonly Instruction[]): Record<string, string> {
  const pairs = stage.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.split(/\s+/))
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s, 2) as [string, string]))
}

/** The one instruction of a name. @throws where there is none, or more than one */
export function only(stage: readonly Instruction[], wanted: string): string {
  const found = stage.filter(({ name }) => name === wanted)
  if (found.length !== 1) throw new Error(`${found.length} instructions ${wanted}`)
  return (found[0] as Instruction).rest
}
