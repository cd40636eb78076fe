/** What the server takes, as far as people should know before they try. In code points. */
export interface Limits {
  readonly passwordMin: number
  readonly textMax: number
}

/** Those of a server that was not set otherwise. */
export const defaultLimits: Limits = { passwordMin: 8, textMax: 4000 }

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

/** The limits that a server's OpenAPI document tells; the usual ones where it does not tell them. */
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
