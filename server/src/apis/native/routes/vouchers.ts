import { Type } from 'typebox'
import { displayName, getCustomer, getCustomers } from '../../../core/customers/index.ts'
import {
  cancelVoucher,
  getReward,
  getRewards,
  getVoucher,
  giftCardBalance,
  issueVoucher,
  listVouchers,
  topUpGiftCard,
  type VoucherInput,
  type Voucher as VoucherOf,
} from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { createOnce, pageByOffset, requireKey } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeGiftCard, encodeVoucher } from '../loyalty-encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Id, IdParams, Minor, Nullable, OneOf, Page, PageQuery, Text, Time } from '../schemas.ts'

const VoucherState = OneOf('issued', 'applied', 'cancelled')

const Voucher = Type.Object({
  id: Id,
  code: Type.String(),
  reward: Type.Object({ id: Id, code: Type.String(), name: Type.String() }),
  customer: Nullable(Type.Object({ id: Id, name: Type.String() })),
  store_id: Nullable(Id),
  state: VoucherState,
  value_minor: Nullable(Minor),
  is_gift_card: Type.Boolean(),
  note: Type.String(),
  valid_from: Nullable(Time),
  valid_to: Nullable(Time),
  applied_at: Nullable(Time),
  purchase_id: Nullable(Id),
  created_at: Time,
})

const GiftCard = Type.Object({
  id: Id,
  code: Type.String(),
  state: VoucherState,
  currency: Type.String(),
  balance_minor: Minor,
  original_minor: Type.Integer({ description: 'All that was ever put on it.' }),
  valid_to: Nullable(Time),
})

const Optional = Type.Optional
const Amount = Type.Integer({
  minimum: 1,
  maximum: 1_000_000_000_000,
  description: 'Minor units of the shop currency.',
})
const issuing = {
  reward_id: Id,
  customer_id: Optional(Id),
  code: Optional(Text(100, 1)),
  store_id: Optional(Id),
  note: Optional(Text(1000)),
  valid_from: Optional(Time),
  valid_to: Optional(Time),
}
const tags = ['Loyalty: vouchers']

export function voucherRoutes(app: Routes): void {
  app.get(
    '/vouchers',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'Vouchers, newest first',
        querystring: Type.Object({
          customer_id: Optional(Id),
          reward_id: Optional(Id),
          state: Optional(VoucherState),
          code: Optional(Type.String({ maxLength: 100, description: 'The whole code, in any case of letters.' })),
          ...PageQuery,
        }),
        response: { 200: Page(Voucher) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { customer_id: customerId, reward_id: rewardId, state, code } = request.query
      const filter = {
        customerId,
        code: code?.trim() || undefined,
        ...(rewardId === undefined ? {} : { rewardIds: [rewardId] }),
        ...(state ? { states: [state] } : {}),
      }
      const page = await pageByOffset(request.query, async (part) => {
        return (await listVouchers(ctx, { ...filter, orderBy: 'id', descending: true, ...part })).items
      })
      return { items: await describeAll(ctx, page.items), next_cursor: page.nextCursor }
    },
  )

  app.get(
    '/vouchers/:id',
    {
      config: { access: 'customers.read' },
      schema: { tags, summary: 'One voucher', params: IdParams, response: { 200: Voucher } },
    },
    async (request) => describe(ctxOf(request), await getVoucher(ctxOf(request), request.params.id)),
  )

  app.post(
    '/vouchers',
    {
      config: { access: 'vouchers.write' },
      schema: {
        tags,
        summary: 'Give a voucher',
        description:
          'Takes the points that its reward costs. Without a code it takes the next of the pool, or draws one.',
        body: Body({ ...issuing, value_minor: Optional(Amount) }),
        response: { 201: Voucher },
      },
    },
    (request, reply) =>
      createOnce(request, reply, async (ctx) => {
        const { value_minor: valueMinor, ...rest } = request.body
        await refuseOtherKind(ctx, rest.reward_id, { giftCard: false })
        const input = await decodeIssue(ctx, rest)
        return describe(ctx, await issueVoucher(ctx, { ...input, ...(valueMinor ? { valueMinor } : {}) }))
      }),
  )

  app.post(
    '/vouchers/:id/cancel',
    {
      config: { access: 'vouchers.write' },
      schema: {
        tags,
        summary: 'Take an unused voucher back',
        description: 'Whoever paid points for it gets them back.',
        params: IdParams,
        response: { 200: Voucher },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const before = await getVoucher(ctx, request.params.id)
      await cancelVoucher(ctx, before.id)
      return describe(ctx, { ...before, state: 'cancelled' })
    },
  )

  giftCardRoutes(app)
}

function giftCardRoutes(app: Routes): void {
  app.post(
    '/gift-cards',
    {
      config: { access: 'ledger.write' },
      schema: {
        tags,
        summary: 'Issue a gift card',
        description: 'A voucher of a reward of kind `gift_card`. Needs an Idempotency-Key.',
        body: Body({ ...issuing, amount_minor: Amount }),
        response: { 201: GiftCard },
      },
    },
    (request, reply) => {
      const key = `api:${requireKey(request)}`
      return createOnce(request, reply, async (ctx) => {
        const { amount_minor: valueMinor, ...rest } = request.body
        await refuseOtherKind(ctx, rest.reward_id, { giftCard: true })
        const { id } = await issueVoucher(ctx, { ...(await decodeIssue(ctx, rest)), valueMinor, key })
        return describeCard(ctx, { voucherId: id })
      })
    },
  )

  app.get(
    '/gift-cards/:code',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'What is on a gift card',
        params: Type.Object({ code: Text(100, 1) }),
        response: { 200: GiftCard },
      },
    },
    (request) => describeCard(ctxOf(request), { code: request.params.code }),
  )

  app.post(
    '/gift-cards/:code/top-ups',
    {
      config: { access: 'ledger.write' },
      schema: {
        tags,
        summary: 'Put more on a gift card',
        description: 'Needs an Idempotency-Key: a retry with it never moves value twice.',
        params: Type.Object({ code: Text(100, 1) }),
        body: Body({ amount_minor: Amount }),
        response: { 201: GiftCard },
      },
    },
    (request, reply) => {
      const key = `api:${requireKey(request)}`
      return createOnce(request, reply, async (ctx) => {
        const { voucher } = await giftCardBalance(ctx, { code: request.params.code })
        await topUpGiftCard(ctx, { voucherId: voucher.id, amountMinor: request.body.amount_minor, key })
        return describeCard(ctx, { voucherId: voucher.id })
      })
    },
  )
}

async function describeCard(ctx: Ctx, by: { voucherId: number } | { code: string }) {
  return encodeGiftCard(await giftCardBalance(ctx, by), ctx.tenant.currency)
}

/** Money on a card is the cashier's business, vouchers the marketer's too: each has a route of its own. */
async function refuseOtherKind(ctx: Ctx, rewardId: number, wanted: { giftCard: boolean }): Promise<void> {
  const { id, kind } = await getReward(ctx, rewardId)
  if ((kind === 'gift_card') !== wanted.giftCard) throw new DomainError('reward.wrong_kind', { id, kind })
}

interface WireIssue {
  readonly reward_id: number
  readonly customer_id?: number
  readonly code?: string
  readonly store_id?: number
  readonly note?: string
  readonly valid_from?: string
  readonly valid_to?: string
}

async function decodeIssue(ctx: Ctx, wire: WireIssue): Promise<VoucherInput> {
  if (wire.customer_id !== undefined) await getCustomer(ctx, wire.customer_id)
  return {
    rewardId: wire.reward_id,
    customerId: wire.customer_id,
    code: wire.code,
    storeId: wire.store_id,
    note: wire.note,
    validFrom: wire.valid_from === undefined ? undefined : new Date(wire.valid_from),
    validTo: wire.valid_to === undefined ? undefined : new Date(wire.valid_to),
  }
}

async function describe(ctx: Ctx, voucher: VoucherOf) {
  const [described] = await describeAll(ctx, [voucher])
  if (!described) throw new DomainError('voucher.not_found', { id: voucher.id })
  return described
}

async function describeAll(ctx: Ctx, vouchers: readonly VoucherOf[]) {
  const customers = await getCustomers(ctx, [...new Set(vouchers.flatMap(({ customerId }) => customerId ?? []))])
  const around = {
    rewards: await getRewards(
      ctx,
      vouchers.map(({ rewardId }) => rewardId),
    ),
    customerNames: new Map(customers.map((customer) => [customer.id as number, displayName(customer)])),
  }
  return vouchers.map((voucher) => encodeVoucher(voucher, around))
}
