import { type Static, Type } from 'typebox'
import { getCustomer } from '../../../core/customers/index.ts'
import { openDesk, quoteSale, recordSale, scan, type TillQuestion, undoSale } from '../../../core/till/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { createOnce, once, requireKey } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeBalance } from '../encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Id, IdParams, List, Text } from '../schemas.ts'
import { encodeDesk, encodeQuote, encodeReceipt, encodeScan } from '../till-encode.ts'
import { DeskAnswer, QuestionBody, QuoteAnswer, ReceiptAnswer, SaleBody, ScanAnswer } from './till-schemas.ts'
import { Balance } from './value.ts'

const tags = ['Till']

export function tillRoutes(app: Routes): void {
  app.get(
    '/till/scan',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'What a scanned or typed text leads to',
        description:
          'A card, a customer (by code, e-mail, phone, login), a voucher or a reward that is called exactly so; else customers it is a part of.',
        querystring: Type.Object({ text: Text(200, 1) }),
        response: { 200: ScanAnswer },
      },
    },
    async (request) => encodeScan(await scan(ctxOf(request), request.query.text)),
  )

  app.get(
    '/till/customers/:id',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'A customer as the till sees them',
        description:
          'Active programmes with balances, items, rewards and promotions; vouchers that can be used; cards.',
        params: IdParams,
        response: { 200: DeskAnswer },
      },
    },
    async (request) => encodeDesk(ctxOf(request), await openDesk(ctxOf(request), request.params.id)),
  )

  app.post(
    '/till/quote',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'What a sale at the till would cost, earn and take',
        description: 'Changes nothing. What stands against the sale is in `refusals`.',
        body: QuestionBody,
        response: { 200: QuoteAnswer },
      },
    },
    async (request) => encodeQuote(ctxOf(request), await quoteSale(ctxOf(request), decodeQuestion(request.body))),
  )

  app.post(
    '/till/sales',
    {
      config: { access: ['purchases.write', 'ledger.write', 'vouchers.write'] },
      schema: {
        tags,
        summary: 'Record a sale at the till',
        description:
          'All of it or nothing. Needs an Idempotency-Key, by which the sale can be taken back. Refuses what the quote names.',
        body: SaleBody,
        response: { 201: ReceiptAnswer },
      },
    },
    (request, reply) => {
      const key = requireKey(request)
      return createOnce(request, reply, async (ctx) => {
        const { number, note, to_pay_minor: expectedMinor, ...question } = request.body
        const sale = { ...decodeQuestion(question), key, number: number?.trim() || undefined, note, expectedMinor }
        return encodeReceipt(ctx, await recordSale(ctx, sale))
      })
    },
  )

  app.post(
    '/till/sales/undo',
    {
      config: { access: ['purchases.write', 'ledger.write', 'vouchers.write'] },
      schema: {
        tags,
        summary: 'Take a sale of the till back',
        description:
          'By the key it was recorded with, among the latest of the customer. Answers the balances after it.',
        body: Body({ key: Text(200, 1), customer_id: Id }),
        response: { 200: List(Balance) },
      },
    },
    (request, reply) =>
      once(request, reply, async (ctx) => {
        const { key, customer_id: customerId } = request.body
        const balances = await undoSale(ctx, { key, customerId: await idOf(ctx, customerId) })
        return { status: 200, response: { items: balances.map(encodeBalance) } }
      }),
  )
}

async function idOf(ctx: Ctx, id: number): Promise<number> {
  return (await getCustomer(ctx, id)).id
}

function decodeQuestion(wire: Static<typeof QuestionBody>): TillQuestion {
  return {
    customerId: wire.customer_id,
    storeId: wire.store_id,
    amountMinor: wire.amount_minor,
    promotionId: wire.promotion_id,
    automatic: wire.automatic ?? true,
    codes: wire.codes ?? [],
    rewardIds: wire.reward_ids ?? [],
    points: wire.points,
    creditMinor: wire.credit_minor,
    entries: (wire.entries ?? []).map((entry) => ({
      programmeId: entry.programme_id,
      amountMinor: entry.amount_minor,
      quantity: entry.quantity,
      itemUnitId: entry.item_unit_id,
    })),
    takings: (wire.takings ?? []).map((taking) => ({
      programmeId: taking.programme_id,
      amount: taking.amount,
      itemUnitId: taking.item_unit_id,
    })),
  }
}
