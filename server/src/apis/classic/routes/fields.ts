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
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { accountIdOf, type Call } from '../auth.ts'
import { customFieldName } from '../customers.ts'
import { refuse, requireText } from '../decode.ts'
import { type Answer, element, list } from '../encode.ts'
import {
  attributeTypes,
  type CustomField,
  decodeFieldChanges,
  encodeField,
  fieldTypeOf,
  newField,
  readFieldData,
  refuseTooMany,
  standardFields,
} from '../fields.ts'

/** Where one kind of custom fields is kept. */
interface Store {
  /** Those that are there always, and before the others. */
  readonly standard: readonly CustomField[]
  list(ctx: Ctx): Promise<CustomField[]>
  put(ctx: Ctx, field: CustomField, isNew: boolean): Promise<void>
  remove(ctx: Ctx, name: string): Promise<void>
}

/** Those of customers are attributes that every customer may have. */
const customerFields: Store = {
  standard: standardFields,
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
  return (await definitionsOf(ctx)).find((one) => one.name === name)?.id ?? refuseUnknown(name)
}

const refuseUnknown = (name: string) => refuse(name, 'does not exist')

/** Those of transactions are a list of their own. */
const transactionFields: Store = {
  standard: [],
  list: async (ctx) =>
    (await itemsOf(ctx)).map((item) => ({ name: item.code, label: item.name, ...readFieldData(item.data) })),
  put: async (ctx, { name, label, type, shown, choices }) => {
    await putReferenceItem(ctx, { kind: 'transaction_field', code: name, name: label, data: { type, shown, choices } })
  },
  remove: async (ctx, name) => {
    const item = (await itemsOf(ctx)).find(({ code }) => code === name)
    await deleteReferenceItem(ctx, {
      kind: 'transaction_field',
      id: item?.id ?? refuseUnknown(name),
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
  const action = call.fields.get('action')?.toLowerCase() ?? 'list'
  const change = Object.hasOwn(changes, action) ? changes[action] : undefined
  if (action !== 'list') {
    if (!change) return refuse('action', 'must be list, add, edit or delete')
    if (!call.permissions.has('edit_fields')) throw new DomainError('request.forbidden')
    await transact(call.ctx, (ctx) => change({ ...call, ctx }, store))
  }
  const fields = [...store.standard, ...(await store.list(call.ctx))]
  return {
    head: {
      account: element({
        account_id: accountIdOf(call.user),
        fields: list(
          'field',
          fields.map((field) => encodeField(field)),
        ),
      }),
    },
  }
}

/** Several fields in one call: all of them or none. */
const changes: Readonly<Record<string, (call: Call, store: Store) => Promise<void>>> = {
  add: addFields,
  edit: editFields,
  update: editFields,
  delete: deleteFields,
}

async function addFields({ ctx, fields }: Call, store: Store): Promise<void> {
  const names = (await store.list(ctx)).map(({ name }) => name)
  for (const [name, change] of decodeFieldChanges(fields)) {
    if (names.includes(name)) return refuse(name, 'is there already')
    refuseTooMany(names.push(name))
    await store.put(ctx, newField(name, change), true)
  }
}

async function editFields({ ctx, fields }: Call, store: Store): Promise<void> {
  const known = await store.list(ctx)
  for (const [name, change] of decodeFieldChanges(fields)) {
    const before = known.find((one) => one.name === name) ?? refuseUnknown(name)
    await store.put(ctx, newField(name, { ...before, ...change }), false)
  }
}

/** Names with a bar between; a comma does too. */
async function deleteFields({ ctx, fields }: Call, store: Store): Promise<void> {
  const names = requireText(fields, 'field_list').split(/[|,]/)
  const known = await store.list(ctx)
  for (const name of new Set(names.map((one) => one.trim()).filter(Boolean))) {
    if (!known.some((one) => one.name === name)) return refuseUnknown(name.slice(0, 50))
    await store.remove(ctx, name)
  }
}
