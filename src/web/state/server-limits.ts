import { signal } from '@preact/signals'

/** Limits of the server that the page shows before it sends anything. In code points. */
export interface Limits {
  readonly passwordMin: number
  readonly textMax: number
}

/** The server's defaults. */
export const defaultLimits: Limits = { passwordMin: 8, textMax: 4000 }

/** The defaults until `loadLimits()` is done. */
export const limits = signal(defaultLimits)

interface Schema {
  $ref?: string
  minLength?: number
  maxLength?: number
  properties?: Record<string, Schema>
}

interface OpenApiDocument {
  components?: { schemas?: Record<string, Schema> }
  paths?: Record<
    string,
    { post?: { requestBody?: { content?: Record<string, { schema?: Schema }> } } }
  >
}

/** The limits in the server's OpenAPI document; the defaults for those it does not have. */
export function limitsFromOpenApi(document: unknown): Limits {
  const { components, paths } = document as OpenApiDocument
  const resolved = (schema: Schema | undefined): Schema | undefined => {
    const name = schema?.$ref?.split('/').at(-1)
    return name === undefined ? schema : components?.schemas?.[name]
  }
  const field = (path: string, name: string) => {
    const body = paths?.[path]?.post?.requestBody?.content?.['application/json']?.schema
    return resolved(resolved(body)?.properties?.[name])
  }
  return {
    passwordMin: field('/v1/register', 'password')?.minLength ?? defaultLimits.passwordMin,
    textMax: field('/v1/messages/broadcast', 'text')?.maxLength ?? defaultLimits.textMax,
  }
}

/** Keeps the defaults if the document cannot be loaded: the server checks its own limits anyway. */
export async function loadLimits(openApiUrl: URL): Promise<void> {
  try {
    limits.value = limitsFromOpenApi(await (await fetch(openApiUrl)).json())
  } catch {
    // The defaults stay.
  }
}
