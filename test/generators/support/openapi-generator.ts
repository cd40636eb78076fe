import { homedir } from 'node:os'
import { join } from 'node:path'
import { run } from './program.ts'

const version = '7.25.0'
const jar = join(
  homedir(),
  '.m2/repository/org/openapitools/openapi-generator-cli',
  version,
  `openapi-generator-cli-${version}.jar`,
)

/**
 * Has openapi-generator make a client, in a folder within `folder`. Maven keeps the program once it
 * has been brought.
 */
export async function openApiGenerator(
  folder: string,
  document: string,
  output: string,
  options: string[],
): Promise<void> {
  const artifact = `-Dartifact=org.openapitools:openapi-generator-cli:${version}`
  await run(['mvn', '-q', 'dependency:get', artifact, '-Dtransitive=false'], { folder })
  await run(['java', '-jar', jar, 'generate', '-i', document, '-o', output, ...options], { folder })
}
