import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { buildApp } from '../http/app.ts'
import type { OpenApiVersion } from '../http/plugins/swagger.ts'
import type { Services } from '../http/services.ts'
import { readSettings } from '../settings.ts'
import { toStartError } from '../store/start-error.ts'

/** The versions of OpenAPI in which the API is described. */
export const openApiVersions = ['3.1', '3.2'] satisfies OpenApiVersion[]

/** The OpenAPI document, as it stands in a file: of the routes' schemas, with the default settings. */
export async function openApiDocument(version: OpenApiVersion): Promise<string> {
  const app = await buildApp(
    // No route is called, so nobody has to be behind it.
    {
      settings: { ...readSettings({}), logLevel: 'silent' },
      signingKey: randomBytes(32),
      store: {},
    } as unknown as Services,
  )
  const document = app.openapi(version)
  await app.close()
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Writes the OpenAPI document to a file. @throws {StartError} where it cannot be written */
export async function writeOpenApi(file: string, version: OpenApiVersion): Promise<void> {
  const document = await openApiDocument(version)
  await writeFile(file, document).catch((error) => {
    throw toStartError(error, `${file} cannot be written`)
  })
}
