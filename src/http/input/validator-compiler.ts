import type { FastifySchemaCompiler } from 'fastify'
import { Compile } from 'typebox/schema'
import { fieldErrors, invalidRequest, parameterErrors } from '../../chat/field-errors.ts'
import type { Problem } from '../../chat/problems.ts'
import { checkString } from '../../chat/text-rules.ts'
import { invalidBody } from './body-complexity.ts'
import { ampersandHint, isForm } from './form-body.ts'
import { readJson } from './json-body.ts'

/** Without a bound, the answer would repeat a whole body of unknown fields. */
const maxErrors = 20

type Value = Record<string, unknown>

/** All schemas of requests are flat objects; a field that is an object has no schema of its own. */
interface FlatSchema {
  properties: Record<string, FieldSchema>
  required?: string[]
  additionalProperties?: boolean
}

interface FieldSchema {
  type: string | string[]
  enum?: string[]
  minimum?: number
  maximum?: number
  /** The error text of a rule that the other keywords do not describe. */
  'x-rule'?: string
}

/** A field of a body, or a parameter of a query, a path or the headers. */
interface Field {
  name: string
  /** Its name in the input: Node gives names of headers in lower case. */
  key: string
  /** The error text, which follows the name. */
  rule: string
  required: boolean
  readText: ((text: string) => unknown) | undefined
  accepts(value: unknown): boolean
}

/**
 * Validates requests against their schemas, with errors in words for people. Nothing is coerced but
 * decimal numbers, and `true` and `false`, in queries, paths and forms, and JSON in a field of a form
 * that is an object or an array. A body that needs no field need not be there.
 */
export const compileValidator: FastifySchemaCompiler<FlatSchema> = ({ schema, httpPart = '' }) => {
  const fields = fieldsOf(schema, httpPart)
  const typed = fields.filter(({ readText }) => readText !== undefined)
  const open = schema.additionalProperties !== false
  const optional = fields.every(({ required }) => !required)
  return (input: unknown) => {
    if (httpPart === 'body' && input == null && optional) return { value: {} }
    if (httpPart === 'body' && !isObject(input)) return { error: notAnObject(input, fields) }
    const given = input as Value
    const sentAsForm = isForm(given)
    const value = httpPart !== 'body' || sentAsForm ? readTyped(given, typed) : given
    const errors: FieldError[] = []
    for (const field of fields) validateField(field, value[field.key], errors)
    if (!open) rejectUnknownFields(value, fields, { httpPart, sentAsForm }, errors)
    return errors.length === 0
      ? { value }
      : { error: toProblem(errors.slice(0, maxErrors), httpPart) }
  }
}

interface FieldError {
  name: string
  detail: string
}

function validateField(
  { name, rule, required, accepts }: Field,
  value: unknown,
  errors: FieldError[],
): void {
  if (value === undefined) {
    if (required) errors.push({ name, detail: `is missing; it ${rule}` })
  } else if (!accepts(value)) errors.push({ name, detail: rule })
  else if (typeof value === 'string') {
    const malformed = checkString(value)
    if (malformed !== undefined) errors.push({ name, detail: malformed })
  }
}

function rejectUnknownFields(
  value: Value,
  fields: Field[],
  { httpPart, sentAsForm }: { httpPart: string; sentAsForm: boolean },
  errors: FieldError[],
): void {
  for (const name of Object.keys(value)) {
    if (errors.length >= maxErrors) return
    if (fields.some((field) => field.name === name)) continue
    const kind = httpPart === 'body' ? 'fields' : 'parameters'
    const names = fields.map((field) => field.name).join(', ')
    const allowed = names === '' ? `this call takes no ${kind}` : `the ${kind} are ${names}`
    const hint = sentAsForm ? `; ${ampersandHint}` : ''
    errors.push({ name, detail: `is not known here; ${allowed}${hint}` })
  }
}

function toProblem(errors: FieldError[], httpPart: string): Problem {
  const place = httpPart === 'body' ? fieldErrors : parameterErrors
  return invalidRequest(errors.flatMap(({ name, detail }) => place(name, detail)))
}

function notAnObject(input: unknown, fields: Field[]): Problem {
  const names = fields.map(({ name }) => name).join(', ')
  const problem = input == null ? 'A body is needed' : 'The body must be an object'
  return invalidBody(`${problem}, with the fields ${names}.`)
}

function isObject(input: unknown): input is Value {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

/** The input, with what was sent as text as what it is for. What cannot be read stays. */
function readTyped(input: Value, typed: Field[]): Value {
  if (typed.length === 0) return input
  const read = typed
    .filter(({ name }) => Object.hasOwn(input, name))
    .map(({ name, readText }) => {
      const value = readText?.(String(input[name]))
      return [name, value === undefined ? input[name] : value]
    })
  return { ...input, ...Object.fromEntries(read) }
}

/** How the text of a field of a type is read; undefined, or an error, for text that is none. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  integer: (text) => (/^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  object: readJsonText,
  array: readJsonText,
}

/** Undefined where it is not JSON, or breaks a rule that JSON bodies have. */
function readJsonText(text: string): unknown {
  try {
    return readJson(Buffer.from(text))
  } catch {
    return undefined
  }
}

function fieldsOf({ properties, required = [] }: FlatSchema, httpPart: string): Field[] {
  return Object.entries(properties).map(([name, schema]) => {
    const compiled = Compile(schema)
    return {
      name,
      key: httpPart === 'headers' ? name.toLowerCase() : name,
      rule: ruleOf(schema),
      required: required.includes(name),
      readText: readers[[schema.type].flat()[0] as string],
      accepts: (value) => compiled.Check(value),
    }
  })
}

function ruleOf({ type, enum: values, minimum, maximum, 'x-rule': rule }: FieldSchema): string {
  if (rule !== undefined) return rule
  if (values !== undefined)
    return `must be ${values.map((value) => JSON.stringify(value)).join(' or ')}`
  if (type === 'boolean') return 'must be true or false'
  return type === 'integer'
    ? `must be a whole number from ${minimum} to ${maximum}`
    : 'must be a string'
}
