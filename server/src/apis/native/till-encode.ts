// The till on the wire of api/v1.
import { displayName, getCustomer } from '../../core/customers/index.ts'
import type { Card } from '../../core/loyalty/index.ts'
import { getOrganisation } from '../../core/organisations/index.ts'
import { customerFigures } from '../../core/reports/index.ts'
import type { Desk, DeskProgramme, Movement, Scan, TillQuote, TillReceipt } from '../../core/till/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { encodeBalance, encodeCustomerSummary, encodeUnit, timeOrNull } from './encode.ts'
import { snakeKeys } from './spelling.ts'

export function encodeScan({ customer, card, code, matches }: Scan) {
  return {
    customer: customer ? encodeCustomerSummary(customer) : null,
    card: card ? encodeCard(card) : null,
    code: code
      ? {
          code: code.code,
          name: code.reward.name,
          kind: code.reward.kind,
          voucher_state: code.voucher?.state ?? null,
          valid_to: timeOrNull(code.voucher?.validTo ?? code.reward.validTo),
        }
      : null,
    matches: matches.map((match) => encodeCustomerSummary(match)),
  }
}

function encodeCard({ number, state, validTo }: Card) {
  return { number, state, valid_to: timeOrNull(validTo) }
}

export async function encodeDesk(ctx: Ctx, desk: Desk) {
  const { customer, tier, rewards } = desk
  return {
    customer: encodeCustomerSummary(customer, (await customerFigures(ctx, [customer.id])).get(customer.id)),
    birthday: customer.birthday,
    tier: tier
      ? { id: tier.id as number, name: tier.name, discount_percent: tier.settings.discountPercent ?? 0 }
      : null,
    cards: desk.cards.map(encodeCard),
    programmes: desk.programmes.map(encodeProgramme),
    balances: desk.balances.map(encodeBalance),
    vouchers: desk.vouchers.map((voucher) => ({
      id: voucher.id as number,
      code: voucher.code,
      name: rewards.get(voucher.rewardId)?.name ?? voucher.code,
      value_minor: voucher.valueMinor,
      is_gift_card: voucher.bearerId !== null,
      valid_to: timeOrNull(voucher.validTo ?? rewards.get(voucher.rewardId)?.validTo),
    })),
  }
}

function encodeProgramme({ programme, unit, available, items, rewards, promotions }: DeskProgramme) {
  return {
    id: programme.id as number,
    kind: programme.kind,
    name: programme.name,
    is_default: programme.isDefault,
    unit: encodeUnit(unit),
    settings: snakeKeys({ ...programme.settings }) as Record<string, unknown>, // an object stays one
    available,
    items: items.map(({ unitId, name, code, needed, available }) => ({
      unit_id: unitId as number,
      name,
      code,
      needed,
      available,
    })),
    rewards: rewards.map((reward) => ({
      id: reward.id as number,
      code: reward.code,
      name: reward.name,
      points_cost: reward.pointsCost,
      needs_amount: !reward.programmeId && reward.definition.benefit.kind !== 'thing',
    })),
    promotions: promotions.map(({ id, name }) => ({ id: id as number, name })),
  }
}

function encodeMovement({ name, unit, amount }: Movement) {
  return { name, unit: encodeUnit(unit), amount }
}

function encodeTerms(ctx: Ctx, quote: TillQuote) {
  const discounts = [...quote.discounts, ...(quote.tierDiscount ? [quote.tierDiscount] : [])]
  return {
    currency: ctx.tenant.currency,
    amount_minor: quote.amountMinor,
    discounts: discounts.map(({ name, code, amountMinor }) => ({ name, code, amount_minor: amountMinor })),
    payments: quote.payments.map(({ name, amountMinor, points }) => ({
      name,
      amount_minor: amountMinor,
      points: points ?? null,
    })),
    to_pay_minor: quote.toPayMinor,
    earned: quote.earned.map(encodeMovement),
    spent: quote.spent.map(encodeMovement),
  }
}

export function encodeQuote(ctx: Ctx, quote: TillQuote) {
  return {
    ...encodeTerms(ctx, quote),
    refusals: quote.refusals.map((refusal) => ({
      ...refusal,
      data: snakeKeys({ ...refusal.data }) as Record<string, unknown>, // an object stays one
    })),
  }
}

export async function encodeReceipt(ctx: Ctx, receipt: TillReceipt) {
  const customer = await getCustomer(ctx, receipt.customerId)
  const store = receipt.storeId === null ? undefined : await getOrganisation(ctx, receipt.storeId)
  return {
    ...encodeTerms(ctx, receipt),
    key: receipt.key,
    number: receipt.number,
    customer: { id: customer.id as number, name: displayName(customer), code: customer.code },
    store: store ? { id: store.id as number, name: store.name } : null,
    occurred_at: receipt.occurredAt.toISOString(),
    purchase_id: receipt.purchaseId,
    joined: receipt.joined,
    balances: receipt.balances.map(encodeBalance),
  }
}
