import { problemType } from '../problem-details.ts'
import { streamEventNames } from '../schemas/events.ts'

/** The parts of an OpenAPI document that are gone through here. */
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
  /** Empty where no token is needed. */
  security: object[]
  requestBody?: { content: Record<string, MediaType> }
  responses: Record<string, OpenApiResponse | Reference>
}

/** An answer without a body has no content. */
interface OpenApiResponse {
  content?: Record<string, MediaType>
}

interface MediaType {
  schema: Reference
  /** What each item of a stream is; new in 3.2. */
  itemSchema?: Reference
  example?: unknown
  examples?: Record<string, unknown>
}

interface Reference {
  $ref: string
}

interface NamedSchema {
  examples?: unknown[]
}

const json = 'application/json'

/** The document of version 3.2, which says all that there is, from what Fastify's plugin makes. */
export function toOpenApi32(made: object): OpenApiDocument {
  const document = structuredClone(made) as OpenApiDocument
  const { components } = document
  components.responses = {}
  for (const operation of operationsOf(document)) {
    moveExample(operation, components.schemas)
    shareErrorResponses(operation, components.responses)
  }
  for (const schema of Object.values(components.schemas)) delete schema.examples
  return document
}

/**
 * The document of version 3.1, which every generator of clients reads: bodies are JSON alone, and an
 * event of the stream is described by what its data holds.
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

/** A body's example stands with the body: beside its schema, few programs look for it. */
function moveExample(
  { requestBody }: OpenApiOperation,
  schemas: Record<string, NamedSchema>,
): void {
  for (const media of mediaTypesOf(requestBody ?? {})) {
    const { $ref } = media.schema
    const { examples } = schemas[$ref.slice($ref.lastIndexOf('/') + 1)] as NamedSchema
    media.example = examples?.[0]
  }
}

/** Every call can be answered this, so a name tells of it only where there is nothing else to tell. */
const commonCode = 'malformed-request'

/** Refusals of the same codes are one answer, named after the codes. */
function shareErrorResponses(
  { responses }: OpenApiOperation,
  shared: Record<string, OpenApiResponse>,
): void {
  // Until here each is written out where it is answered.
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
