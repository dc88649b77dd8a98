import { listReferenceItems } from '../../core/organisations/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { customFieldName } from './customers.ts'
import { type Fields, findText, refuse } from './decode.ts'
import type { Entries } from './encode.ts'
import { readFieldData, refuseWrongValue } from './fields.ts'

const maxFields = 50

/** The custom fields of a transaction: texts by name. A value that its field's definition does not allow is refused. */
export async function decodeTransactionFields(ctx: Ctx, fields: Fields): Promise<Record<string, string>> {
  const names = [...fields.keys()].filter((name) => customFieldName.test(name))
  if (names.length === 0) return {}
  if (names.length > maxFields) return refuse('custom_field', `may be given ${maxFields} times at most`)
  const defined = await listReferenceItems(ctx, 'transaction_field')
  const values = names.map((name) => {
    const value = findText(fields, name, { max: 1000 }) ?? ''
    const item = defined.find(({ code }) => code === name)
    if (item) refuseWrongValue({ name, ...readFieldData(item.data) }, value)
    return [name, value] as const
  })
  return Object.fromEntries(values)
}

/** What was kept with a posting or a sale. */
export function encodeTransactionFields(data: Readonly<Record<string, unknown>> | null | undefined): Entries {
  const kept = data?.customFields
  if (typeof kept !== 'object' || kept === null) return {}
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, String(value)]))
}
