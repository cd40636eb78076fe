import { problemType } from '../problem-details.ts'
import { streamEventNames } from '../schemas/events.ts'

/** The parts of an OpenAPI document that are used here. */
export interface OpenApiDocument {
  openapi: string
  info: { description: string }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, OpenApiOperation>>
  components: { schemas: Record<string, NamedSchema>; responses: Record<string, OpenApiResponse> }
}

export interface OpenApiOperation {
  operationId: string
  tags: string[]
  summary: string
  description: string
  /** Empty where no token is needed. Of a bearer scheme, the scope that a token for programs needs. */
  security: { sessionToken?: string[] }[]
  requestBody?: { required: boolean; content: Record<string, MediaType> }
  responses: Record<string, OpenApiResponse | Reference>
}

/** An answer without a body has no content. */
interface OpenApiResponse {
  content?: Record<string, MediaType>
}

interface MediaType {
  schema: Reference
  /** The schema of each item of a stream; new in 3.2. */
  itemSchema?: Reference
  example?: unknown
  examples?: Record<string, unknown>
}

interface Reference {
  $ref: string
}

interface NamedSchema {
  examples?: unknown[]
  required?: string[]
}

const json = 'application/json'

/** The full document, of version 3.2, from the output of @fastify/swagger. */
export function toOpenApi32(made: object): OpenApiDocument {
  const document = structuredClone(made) as OpenApiDocument
  const { components } = document
  components.responses = {}
  for (const operation of operationsOf(document)) {
    describeBody(operation, components.schemas)
    describeScope(operation)
    shareErrorResponses(operation, components.responses)
  }
  for (const schema of Object.values(components.schemas)) delete schema.examples
  return document
}

/**
 * The document of version 3.1, for generators of clients: bodies are JSON alone, and of the events of
 * the stream it describes the data alone.
 */
export function toOpenApi31(document32: OpenApiDocument): OpenApiDocument {
  const document: OpenApiDocument = { ...structuredClone(document32), openapi: '3.1.0' }
  for (const { requestBody, responses } of operationsOf(document)) {
    if (requestBody !== undefined)
      requestBody.content = { [json]: requestBody.content[json] as MediaType }
    for (const media of Object.values(responses).flatMap(mediaTypesOf)) delete media.itemSchema
  }
  for (const name of streamEventNames) delete document.components.schemas[name]
  return document
}

function operationsOf({ paths }: OpenApiDocument): OpenApiOperation[] {
  return Object.values(paths).flatMap((methods) => Object.values(methods))
}

function mediaTypesOf(part: object): MediaType[] {
  return 'content' in part ? Object.values(part.content as object) : []
}

/**
 * Moves the example from the schema of a body to the body, where more programs look for it, and tells
 * whether a body is needed: where it needs no field, it need not be there.
 */
function describeBody(
  { requestBody }: OpenApiOperation,
  schemas: Record<string, NamedSchema>,
): void {
  if (requestBody === undefined) return
  for (const media of mediaTypesOf(requestBody)) {
    const { $ref } = media.schema
    const { examples, required } = schemas[$ref.slice($ref.lastIndexOf('/') + 1)] as NamedSchema
    media.example = examples?.[0]
    requestBody.required = required !== undefined
  }
}

/** Tells people what programs read from `security`. */
function describeScope(operation: OpenApiOperation): void {
  const [bearer] = operation.security
  if (bearer === undefined) return
  const [scope] = bearer.sessionToken as string[]
  const rule =
    scope === undefined
      ? 'Not with a token for programs.'
      : `A token for programs needs the scope \`${scope}\`.`
  operation.description += ` ${rule}`
}

/** Every call can be refused with this code, so it is part of a name only where it is alone. */
const commonCode = 'malformed-request'

/** Shares one response between operations with the same codes, named after the codes. */
function shareErrorResponses(
  { responses }: OpenApiOperation,
  shared: Record<string, OpenApiResponse>,
): void {
  for (const [status, response] of Object.entries(responses as Record<string, OpenApiResponse>)) {
    const refusal = response.content?.[problemType]
    if (refusal === undefined) continue
    const codes = Object.keys(refusal.examples as object)
    const specific = codes.length > 1 ? codes.filter((code) => code !== commonCode) : codes
    const name = specific.map(inPascalCase).join('Or')
    shared[name] = response
    responses[status] = { $ref: `#/components/responses/${name}` }
  }
}

function inPascalCase(code: string): string {
  return code.replaceAll(/(?:^|-)(\w)/g, (_match, letter) => letter.toUpperCase())
}
