import type { Unit } from '../../../core/ledger/index.ts'
import { type Charge, createCharge, deleteCharge, listCharges, updateCharge } from '../../../core/loyalty/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import { formatMinor } from '../../../platform/money.ts'
import { readId } from '../../http/values.ts'
import type { Call } from '../auth.ts'
import { formatAmount, getNamedCampaign, unitOf } from '../campaigns.ts'
import { type Fields, findAmount, findInteger, findText, refuse, requireText } from '../decode.ts'
import { type Answer, type Element, element, list } from '../encode.ts'

type Kind = Charge['kind']

/** What is told with each kind, and the names of its fields: they differ in more than their beginning. */
const words = {
  depreciation: {
    one: 'depreciation',
    many: 'depreciations',
    created: 'created',
    type: 'depreciation_type',
    interval: 'depreciation_interval',
    intervalType: 'depreciation_interval_type',
    amount: 'depreciation_percentage',
  },
  fee: {
    one: 'fee',
    many: 'fees',
    created: 'new',
    type: 'fee_type',
    interval: 'fee_interval',
    intervalType: 'interval_type',
    amount: 'fee_amount',
  },
} as const satisfies Record<Kind, unknown>

/** Percentages have two decimals. */
const percentScale = 2

function encodeCharge(charge: Charge, unit: Unit, status?: string): Element {
  const { id, kind, amount, every, name } = charge
  const period = `${charge.period}s`
  if (kind === 'fee') {
    const value = formatAmount(amount, unit)
    return element({ id, interval: every, interval_type: period, amount: value, description: name }, status)
  }
  return element(
    {
      id,
      depreciation_type: charge.perEarning ? 'per_transaction' : charge.onlyDormant ? 'last_transaction' : 'recurring',
      depreciation_interval: every,
      depreciation_interval_type: period,
      // As the manual shows them: 50, not 50.00.
      depreciation_percentage: formatMinor(amount, percentScale).replace(/\.00$/, ''),
    },
    status,
  )
}

export const listDepreciations = (call: Call) => listAll(call, 'depreciation')
export const createDepreciation = (call: Call) => create(call, 'depreciation')
export const updateDepreciation = (call: Call) => update(call, 'depreciation')
export const deleteDepreciation = (call: Call) => remove(call, 'depreciation')
export const listFees = (call: Call) => listAll(call, 'fee')
export const createFee = (call: Call) => create(call, 'fee')
export const updateFee = (call: Call) => update(call, 'fee')
export const deleteFee = (call: Call) => remove(call, 'fee')

async function listAll(call: Call, kind: Kind): Promise<Answer> {
  const programme = await getNamedCampaign(call)
  const unit = await unitOf(call.ctx, programme)
  const charges = (await listCharges(call.ctx, programme.id)).filter((one) => one.kind === kind)
  const { one, many } = words[kind]
  return {
    head: {
      campaign: element({ id: programme.id }),
      [many]: list(
        one,
        charges.map((charge) => encodeCharge(charge, unit)),
      ),
    },
  }
}

async function create(call: Call, kind: Kind): Promise<Answer> {
  const programme = await getNamedCampaign(call)
  const unit = await unitOf(call.ctx, programme)
  const given = decodeCharge(call.fields, { kind, unit })
  const { one, created, ...names } = words[kind]
  const charge = await createCharge(call.ctx, {
    programmeId: programme.id,
    kind,
    name: given.name ?? null,
    amount: given.amount ?? refuse(names.amount, 'is required'),
    every: given.every ?? 1,
    period: given.period ?? refuse(names.intervalType, 'is required'),
    onlyDormant: given.onlyDormant ?? false,
    perEarning: given.perEarning ?? false,
  })
  return { head: { [one]: encodeCharge(charge, unit, created) } }
}

async function update(call: Call, kind: Kind): Promise<Answer> {
  const programme = await getNamedCampaign(call)
  const unit = await unitOf(call.ctx, programme)
  const { id } = await getCharge(call, { programmeId: programme.id, kind })
  const patch = decodeCharge(call.fields, { kind, unit })
  const charge = await updateCharge(call.ctx, { id, programmeId: programme.id, patch })
  return { head: { [words[kind].one]: encodeCharge(charge, unit, 'updated') } }
}

async function remove(call: Call, kind: Kind): Promise<Answer> {
  const programme = await getNamedCampaign(call)
  const unit = await unitOf(call.ctx, programme)
  const { id } = await getCharge(call, { programmeId: programme.id, kind })
  const charge = await deleteCharge(call.ctx, { id, programmeId: programme.id })
  return { head: { [words[kind].one]: encodeCharge(charge, unit, 'deleted') } }
}

async function getCharge(call: Call, of: { programmeId: number; kind: Kind }): Promise<Charge> {
  const id = readId(requireText(call.fields, `${of.kind}_id`))
  const charges = await listCharges(call.ctx, of.programmeId)
  const charge = charges.find((one) => one.id === id && one.kind === of.kind)
  if (!charge) throw new DomainError('charge.not_found')
  return charge
}

interface Given {
  readonly name?: string
  readonly amount?: number
  readonly every?: number
  readonly period?: Charge['period']
  readonly onlyDormant?: boolean
  readonly perEarning?: boolean
}

function decodeCharge(fields: Fields, { kind, unit }: { kind: Kind; unit: Unit }): Given {
  const names = words[kind]
  const amount = findAmount(fields, names.amount, kind === 'fee' ? unit.scale : percentScale)
  if (amount === 0 || (kind === 'depreciation' && amount !== undefined && amount > 10_000))
    return refuse(names.amount, kind === 'fee' ? 'must be more than 0' : 'must be more than 0 and 100 at most')
  const every = findInteger(fields, names.interval, { min: 1, max: 1000 })
  const period = decodePeriod(fields, names.intervalType)
  const name = kind === 'fee' ? findText(fields, 'fee_description') : undefined
  return {
    ...(name === undefined ? {} : { name }),
    ...(amount === undefined ? {} : { amount }),
    ...(every === undefined ? {} : { every }),
    ...(period === undefined ? {} : { period }),
    ...decodeType(fields, kind),
  }
}

/** The manual's two types; `recurring`, of the whole balance, is what a charge is that names none. */
const types: Readonly<Record<string, Pick<Charge, 'onlyDormant' | 'perEarning'>>> = {
  per_transaction: { onlyDormant: false, perEarning: true },
  last_transaction: { onlyDormant: true, perEarning: false },
  recurring: { onlyDormant: false, perEarning: false },
}

function decodeType(fields: Fields, kind: Kind): Partial<Pick<Charge, 'onlyDormant' | 'perEarning'>> {
  const name = words[kind].type
  const text = findText(fields, name)?.toLowerCase()
  if (text === undefined) return {}
  // A fee is no share of what was earned.
  const known = Object.keys(types).filter((type) => kind === 'depreciation' || type !== 'per_transaction')
  const type = known.includes(text) ? types[text] : undefined
  return type ?? refuse(name, `must be ${known.slice(0, -1).join(', ')} or ${known.at(-1)}`)
}

const periods = ['day', 'week', 'month', 'year'] as const

/** In the singular or plural, any case. */
function decodePeriod(fields: Fields, name: string): Charge['period'] | undefined {
  const text = fields.get(name)?.toLowerCase().replace(/s$/, '')
  if (text === undefined) return undefined
  return periods.find((period) => period === text) ?? refuse(name, 'must be days, weeks, months or years')
}
