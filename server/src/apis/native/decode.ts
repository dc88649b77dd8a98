// From the wire of api/v1 to the core's commands. The schemas have checked the shapes.
import type { ProductInput } from '../../core/catalog/index.ts'
import type { CustomerPatch } from '../../core/customers/index.ts'
import { camelCase } from './spelling.ts'

type Wire = Readonly<Record<string, unknown>>

/** snake_case fields as camelCase ones; an absent field stays absent. */
function camelFields(wire: Wire): Record<string, unknown> {
  return Object.fromEntries(Object.entries(wire).map(([name, value]) => [camelCase(name), value]))
}

/** The profile's fields have the same names on both sides but for their case. */
export function decodeCustomer(wire: Wire): CustomerPatch {
  return camelFields(wire) as CustomerPatch // checked by CustomerBody and CustomerPatchBody
}

/** A product's too, but for its relations and codes. */
export function decodeProduct(
  wire: Wire & { readonly codes?: readonly { list: string; code: string }[] },
): ProductInput {
  const { codes, ...rest } = wire
  return {
    ...camelFields(rest),
    ...(codes ? { codes: codes.map(({ list, code }) => ({ listCode: list, code })) } : {}),
  } as ProductInput // checked by ProductBody
}
