import {
  type AttributeDefinition,
  defineAttribute,
  deleteAttribute,
  listAttributes,
  updateAttribute,
} from '../../../core/customers/index.ts'
import {
  deleteReferenceItem,
  listReferenceItems,
  putReferenceItem,
  type ReferenceItem,
} from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Call } from '../auth.ts'
import { customFieldName } from '../customers.ts'
import { refuse, requireText } from '../decode.ts'
import { type Answer, element, list } from '../encode.ts'
import {
  attributeTypes,
  type CustomField,
  decodeFieldChange,
  decodeNewField,
  encodeField,
  fieldTypeOf,
  readFieldData,
} from '../fields.ts'

/** Where one kind of custom fields is kept. */
interface Store {
  list(ctx: Ctx): Promise<CustomField[]>
  put(ctx: Ctx, field: CustomField, isNew: boolean): Promise<void>
  remove(ctx: Ctx, name: string): Promise<void>
}

/** Those of customers are attributes that every customer may have. */
const customerFields: Store = {
  list: async (ctx) => (await definitionsOf(ctx)).map(readDefinition),
  put: async (ctx, field, isNew) => {
    const { name, label, shown, choices } = field
    const facts = { name, label, shown, choices, type: attributeTypes[field.type] }
    if (isNew) await defineAttribute(ctx, facts)
    else await updateAttribute(ctx, { id: await idOf(ctx, name), patch: facts })
  },
  remove: async (ctx, name) => deleteAttribute(ctx, await idOf(ctx, name)),
}

async function definitionsOf(ctx: Ctx): Promise<AttributeDefinition[]> {
  return (await listAttributes(ctx, null)).filter(({ name }) => customFieldName.test(name))
}

function readDefinition({ name, label, type, choices, shown }: AttributeDefinition): CustomField {
  return { name, label, type: fieldTypeOf(type), shown: shown ?? true, choices }
}

async function idOf(ctx: Ctx, name: string): Promise<number> {
  return (await definitionsOf(ctx)).find((one) => one.name === name)?.id ?? refuse('field_name', 'does not exist')
}

/** Those of transactions are a list of their own. */
const transactionFields: Store = {
  list: async (ctx) =>
    (await itemsOf(ctx)).map((item) => ({ name: item.code, label: item.name, ...readFieldData(item.data) })),
  put: async (ctx, { name, label, type, shown, choices }) => {
    await putReferenceItem(ctx, { kind: 'transaction_field', code: name, name: label, data: { type, shown, choices } })
  },
  remove: async (ctx, name) => {
    const item = (await itemsOf(ctx)).find(({ code }) => code === name)
    await deleteReferenceItem(ctx, {
      kind: 'transaction_field',
      id: item?.id ?? refuse('field_name', 'does not exist'),
    })
  },
}

function itemsOf(ctx: Ctx): Promise<ReferenceItem[]> {
  return listReferenceItems(ctx, 'transaction_field')
}

export function manageFields(call: Call): Promise<Answer> {
  return manage(call, customerFields)
}

export function manageTransactionFields(call: Call): Promise<Answer> {
  return manage(call, transactionFields)
}

async function manage(call: Call, store: Store): Promise<Answer> {
  const { ctx, fields } = call
  const action = fields.get('action')?.toLowerCase() ?? 'list'
  if (action === 'list') return answerFields(await store.list(ctx))
  if (action !== 'add' && action !== 'edit' && action !== 'delete')
    return refuse('action', 'must be list, add, edit or delete')
  if (!call.permissions.has('edit_fields')) throw new DomainError('request.forbidden')
  const before = await store.list(ctx)
  if (action === 'add') {
    const names = before.map(({ name }) => name)
    await store.put(ctx, decodeNewField(fields, names), true)
    return answerFields(await store.list(ctx))
  }
  const name = requireText(fields, 'field_name')
  const field = before.find((one) => one.name === name) ?? refuse('field_name', 'does not exist')
  if (action === 'delete') await store.remove(ctx, name)
  else await store.put(ctx, { ...field, ...decodeFieldChange(fields) }, false)
  return answerFields(await store.list(ctx))
}

function answerFields(fields: readonly CustomField[]): Answer {
  return {
    head: {
      account: element({
        fields: list(
          'field',
          fields.map((field) => encodeField(field)),
        ),
      }),
    },
  }
}
