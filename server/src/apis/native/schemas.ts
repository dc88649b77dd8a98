// The pieces that routes are described with. A schema validates what comes in, types the handler and documents the route.
import { type TSchema, Type } from 'typebox'

/** The largest integer that JSON carries exactly. */
const maxInteger = Number.MAX_SAFE_INTEGER

export const Id = Type.Integer({ minimum: 1, maximum: maxInteger })
export const Count = Type.Integer({ minimum: 0, maximum: maxInteger })
export const Minor = Type.Integer({
  minimum: -maxInteger,
  maximum: maxInteger,
  description: 'In the smallest part of the currency or unit (cents).',
})
export const Time = Type.String({ format: 'date-time', description: 'ISO 8601 with an offset.' })
export const Day = Type.String({ format: 'date', description: 'YYYY-MM-DD' })
export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })
export const Text = (maxLength = 255, minLength = 0) => Type.String({ maxLength, minLength })
export const Name = Text(200, 1)
export const Json = Type.Record(Type.String(), Type.Unknown())

export const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

/** One of these words. */
export const OneOf = <const Words extends readonly string[]>(...words: Words) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...words] })

/** An object of a request: a field that is not named here is refused, so that a misspelt one is noticed. */
export const Body = <Properties extends Record<string, TSchema>>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })

export const List = <Item extends TSchema>(items: Item) => Type.Object({ items: Type.Array(items) })

export const Page = <Item extends TSchema>(items: Item) =>
  Type.Object({
    items: Type.Array(items),
    next_cursor: Nullable(Type.String({ description: 'Null on the last page.' })),
  })

export const IdParams = Type.Object({ id: Id })

const Cursor = Type.String({ maxLength: 1000, description: 'next_cursor of the page before.' })
const Limit = Type.Integer({ minimum: 1, maximum: 200, default: 50 })
export const PageQuery = { after: Type.Optional(Cursor), limit: Type.Optional(Limit) }
export const BackwardsQuery = { before: Type.Optional(Cursor), limit: Type.Optional(Limit) }
export const usualLimit = 50

export const ProblemSchema = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable; what programs should look at.' }),
    detail: Type.String({ description: 'For people.' }),
    errors: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
  },
  { description: 'Problem details (RFC 9457).' },
)
