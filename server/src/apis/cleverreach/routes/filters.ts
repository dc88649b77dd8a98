import { type FilterField, type FilterRule, type FilterTest, filterMembers } from '../../../core/audience/index.ts'
import { getCustomers } from '../../../core/customers/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readPage } from '../../http/paging.ts'
import { readId, readList, readRecord, readText } from '../../http/values.ts'
import { type Call, type Fields, fieldsOf, type Routes } from '../call.ts'
import { readDetail, rowsOfCustomers } from '../receivers.ts'
import { fieldOf } from '../vocabulary.ts'

/** Searching receivers by rules over their e-mail, tags, times and global attributes. */
export function filterRoutes({ add }: Routes): void {
  add('POST', '/receivers/filter', search)
}

async function search(call: Call): Promise<Fields[]> {
  const fields = fieldsOf(call)
  const page = readPage({ page: fields.page, size: fields.pagesize }, { first: 0, fallback: 50, max: 5_000 })
  const ids = await filterMembers(call.ctx, {
    listIds: readList(fields.groups).map((id) => readId(id) ?? 0),
    rules: decodeRules(fields),
    ...page,
  })
  return rowsOfCustomers(call.ctx, await getCustomers(call.ctx, ids), readDetail(fields.detail))
}

function decodeRules(fields: Fields): FilterRule[] {
  const rows = Array.isArray(fields.rules) ? fields.rules : Object.values(readRecord(fields.rules) ?? {})
  if (rows.length > 50) throw new DomainError('request.invalid', { field: 'rules', reason: 'are too many' })
  const operator = readText(fields.operator) || 'AND'
  return rows.map((row) => decodeRule(readRecord(row) ?? {}, operator))
}

const tests: Readonly<Record<string, FilterTest>> = {
  eq: 'equals',
  neq: 'not_equals',
  contains: 'contains',
  nocontains: 'not_contains',
  notcontains: 'not_contains',
  bg: 'greater',
  sm: 'less',
  isnull: 'empty',
  notisnull: 'not_empty',
}

function decodeRule(row: Fields, operator: string): FilterRule {
  const logic = (readText(row.logic) ?? '').toLowerCase()
  const test = Object.hasOwn(tests, logic) ? tests[logic] : undefined
  if (!test) throw new DomainError('request.invalid', { field: 'logic', reason: `${logic} is not known` })
  return {
    join: (readText(row.operator) || operator).toUpperCase() === 'OR' ? 'or' : 'and',
    field: decodeField(readText(row.field)?.trim().toLowerCase() ?? ''),
    test,
    value: readText(row.condition) ?? '',
  }
}

const timeFields = { registered: 'registered', activated: 'confirmed', deactivated: 'left' } as const

function decodeField(name: string): FilterField {
  if (name === '' || name === '(' || name === ')') {
    throw new DomainError('request.invalid', { field: 'field', reason: 'must name one; brackets are not served' })
  }
  if (name === 'email' || name === 'tags') return { kind: name }
  if (name in timeFields) return { kind: 'time', time: timeFields[name as keyof typeof timeFields] } // just checked
  const field = fieldOf(name)
  switch (field) {
    case undefined:
      return { kind: 'attribute', name }
    case 'phone':
      return { kind: 'phone' }
    case 'line1':
    case 'postalCode':
    case 'city':
      return { kind: 'address', field }
    default:
      return { kind: 'profile', field }
  }
}
