import { applyOperation, findDefaultUnit, type Operation, type Posted, type Unit } from '../../core/ledger/index.ts'
import { balancesAfterCharges, findDefaultProgramme, recordActivity } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { fromMinor, toMinor } from '../../platform/money.ts'
import type { Call } from './call.ts'
import { currencyOf } from './currencies.ts'
import { type Answer, created, idOf, noContent } from './encode.ts'
import { invalidParam } from './errors.ts'
import { customerInBody } from './people.ts'
import { readPartner } from './routes/partners.ts'
import { unitsThat } from './units.ts'
import type { ValueKind } from './value-kinds.ts'

interface Movement {
  readonly unit: Unit
  readonly amount: number
  readonly note: string | undefined
}

/** Reads type, currency, amount and note; the default type where none is named. */
async function readMovement(call: Call, kind: ValueKind): Promise<Movement> {
  const { ctx, body } = call
  const amount = body.needNumber('amount', { min: 0, max: 1_000_000_000 })
  const note = body.text('note', { max: 500 })
  const typeId = body.id(kind.typeId, 'unit')
  const currencyNumber = kind.unit === 'money' ? body.id('currency_id', 'currency') : undefined
  const currency = currencyNumber === undefined ? undefined : currencyOf(currencyNumber)
  const units = await unitsThat(ctx, kind.counts)
  const unit =
    typeId === undefined
      ? await findDefaultUnit(ctx, kind.unit, currency)
      : units.find((candidate) => candidate.id === typeId)
  if (!unit && !(body.has(kind.typeId) && typeId === undefined)) {
    body.refuse(currency !== undefined && typeId === undefined ? 'currency_id' : kind.typeId, 'not_found')
  }
  if (unit && currency !== undefined && unit.currency !== currency) body.refuse('currency_id', 'not_allowed_value')
  const minor = unit ? toMinor(amount, unit.scale) : 0
  const isExact = unit !== undefined && minor > 0 && fromMinor(minor, unit.scale) === amount
  // What cannot be booked as it was said is not rounded.
  if (unit && !isExact && body.has('amount')) {
    body.refuse('amount', 'not_allowed_value', `must be more than 0, with at most ${unit.scale} decimals`)
  }
  return { unit: unit ?? noUnit, amount: minor, note }
}

// A stand-in for a unit that was refused: the body is refused before anybody looks at it.
const noUnit: Unit = {
  id: 0 as Unit['id'], // no unit has it
  kind: 'points',
  code: '',
  name: '',
  currency: null,
  scale: 0,
  isDefault: false,
}

export async function move(call: Call, kind: ValueKind, direction: 'give' | 'take'): Promise<Answer> {
  const { ctx, body } = call
  const movement = await readMovement(call, kind)
  readPartner(ctx, body, { required: true })
  const customerId = await customerInBody(call)
  // This API has no key for a retry: every call is a movement of its own.
  const key = `carecloud:${direction}:${ctx.random.hex(16)}`
  const command = { ...movement, customerId, key }
  const posted = direction === 'give' ? await give(ctx, command) : await take(ctx, kind, command)
  return created({ [kind.id]: idOf(ctx, 'posting', posted.postingId) })
}

interface MovementOf extends Movement {
  readonly customerId: number
  readonly key: string
}

/** Points of the default programme are given by it, so that they expire as its points do. */
async function give(ctx: Ctx, { unit, amount, note, customerId, key }: MovementOf): Promise<Posted> {
  const programme = await findDefaultProgramme(ctx)
  if (programme?.kind === 'points' && programme.unitId === unit.id && programme.state === 'active') {
    return recordActivity(ctx, { programmeId: programme.id, customerId, key, bonusPoints: amount, note })
  }
  return applyOperation(ctx, { kind: 'earn', key, unitId: unit.id, customerId, amount, note })
}

async function take(ctx: Ctx, kind: ValueKind, { unit, amount, note, customerId, key }: MovementOf): Promise<Posted> {
  return refusingAmount(kind, applyOperation(ctx, { kind: 'spend', key, unitId: unit.id, customerId, amount, note }))
}

/** Here it is `amount` that was too much. */
export function refusingAmount<Result>(kind: ValueKind, work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== 'balance.insufficient') throw error
    throw invalidParam('amount', 'not_allowed_value', error.data.asked, `The customer has not so many ${kind.path}.`)
  })
}

export async function transfer(call: Call, kind: ValueKind): Promise<Answer> {
  const { ctx, body } = call
  body.needText(kind.typeId)
  const { unit, amount, note } = await readMovement(call, kind)
  const customerId = await customerInBody(call, 'original_customer_id')
  const toCustomerId = await customerInBody(call, 'new_customer_id')
  if (customerId === toCustomerId) throw invalidParam('new_customer_id', 'not_allowed_value')
  const key = `carecloud:transfer:${ctx.random.hex(16)}`
  const operation: Operation = { kind: 'transfer', key, unitId: unit.id, customerId, toCustomerId, amount, note }
  await refusingAmount(kind, applyOperation(ctx, operation))
  return noContent
}

/** Sets the balance to what another system says it is. */
export async function synchronize(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const amount = body.needNumber('amount', { min: 0, max: 1_000_000_000 })
  const note = body.text('note', { max: 500 })
  readPartner(ctx, body, { required: false })
  const customerId = await customerInBody(call)
  const unit = await findDefaultUnit(ctx, 'points')
  if (!unit) throw invalidParam('amount', 'not_allowed_value', amount)
  const balance = (await balancesAfterCharges(ctx, customerId)).find((candidate) => candidate.unit.id === unit.id)
  const change = toMinor(amount, unit.scale) - (balance?.available ?? 0)
  if (change !== 0) {
    const key = `carecloud:synchronize:${ctx.random.hex(16)}`
    await applyOperation(ctx, { kind: 'adjust', key, unitId: unit.id, customerId, amount: change, note })
  }
  return noContent
}
