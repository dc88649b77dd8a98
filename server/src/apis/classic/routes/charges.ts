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

/** The words of each kind: what is told with it, and how its fields begin. */
const words: Readonly<Record<Kind, { one: string; many: string; value: 'percentage' | 'amount' }>> = {
  depreciation: { one: 'depreciation', many: 'depreciations', value: 'percentage' },
  fee: { one: 'fee', many: 'fees', value: 'amount' },
}

/** Percentages have two decimals. */
const percentScale = 2

function encodeCharge(charge: Charge, unit: Unit, status?: string): Element {
  const { kind, amount } = charge
  const value = kind === 'fee' ? formatAmount(amount, unit) : formatMinor(amount, percentScale)
  return element(
    {
      id: charge.id,
      type: charge.onlyDormant ? 'dormancy' : 'recurring',
      interval: charge.every,
      interval_type: charge.period,
      [words[kind].value]: value,
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
  const { one, value } = words[kind]
  const charge = await createCharge(call.ctx, {
    programmeId: programme.id,
    kind,
    amount: given.amount ?? refuse(`${one}_${value}`, 'is required'),
    every: given.every ?? 1,
    period: given.period ?? refuse(`${one}_interval_type`, 'is required'),
    onlyDormant: given.onlyDormant ?? false,
  })
  return { head: { campaign: element({ id: programme.id }), [one]: encodeCharge(charge, unit, 'created') } }
}

async function update(call: Call, kind: Kind): Promise<Answer> {
  const programme = await getNamedCampaign(call)
  const unit = await unitOf(call.ctx, programme)
  const { id } = await getCharge(call, { programmeId: programme.id, kind })
  const patch = decodeCharge(call.fields, { kind, unit })
  const charge = await updateCharge(call.ctx, { id, programmeId: programme.id, patch })
  return {
    head: { campaign: element({ id: programme.id }), [words[kind].one]: encodeCharge(charge, unit, 'updated') },
  }
}

async function remove(call: Call, kind: Kind): Promise<Answer> {
  const programme = await getNamedCampaign(call)
  const unit = await unitOf(call.ctx, programme)
  const { id } = await getCharge(call, { programmeId: programme.id, kind })
  const charge = await deleteCharge(call.ctx, { id, programmeId: programme.id })
  return {
    head: { campaign: element({ id: programme.id }), [words[kind].one]: encodeCharge(charge, unit, 'deleted') },
  }
}

async function getCharge(call: Call, of: { programmeId: number; kind: Kind }): Promise<Charge> {
  const id = readId(requireText(call.fields, `${of.kind}_id`))
  const charges = await listCharges(call.ctx, of.programmeId)
  const charge = charges.find((one) => one.id === id && one.kind === of.kind)
  if (!charge) throw new DomainError('charge.not_found')
  return charge
}

interface Given {
  readonly amount?: number
  readonly every?: number
  readonly period?: Charge['period']
  readonly onlyDormant?: boolean
}

/** A change may have `new_` before each name. */
function decodeCharge(fields: Fields, { kind, unit }: { kind: Kind; unit: Unit }): Given {
  const nameOf = (part: string) => {
    const name = `${words[kind].one}_${part}`
    return fields.has(`new_${name}`) ? `new_${name}` : name
  }
  const value = nameOf(words[kind].value)
  const amount = findAmount(fields, value, kind === 'fee' ? unit.scale : percentScale)
  if (amount === 0 || (kind === 'depreciation' && amount !== undefined && amount > 10_000))
    return refuse(value, kind === 'fee' ? 'must be more than 0' : 'must be more than 0 and 100 at most')
  const every = findInteger(fields, nameOf('interval'), { min: 1, max: 1000 })
  const period = decodePeriod(fields, nameOf('interval_type'))
  const type = findText(fields, nameOf('type'))?.toLowerCase()
  if (type !== undefined && type !== 'recurring' && type !== 'dormancy')
    return refuse(nameOf('type'), 'must be recurring or dormancy')
  return {
    ...(amount === undefined ? {} : { amount }),
    ...(every === undefined ? {} : { every }),
    ...(period === undefined ? {} : { period }),
    ...(type === undefined ? {} : { onlyDormant: type === 'dormancy' }),
  }
}

const periods = ['day', 'week', 'month', 'year'] as const

/** In the singular or plural, any case. */
function decodePeriod(fields: Fields, name: string): Charge['period'] | undefined {
  const text = fields.get(name)?.toLowerCase().replace(/s$/, '')
  if (text === undefined) return undefined
  return periods.find((period) => period === text) ?? refuse(name, `must be one of ${periods.join(', ')}`)
}
