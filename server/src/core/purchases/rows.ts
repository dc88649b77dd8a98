import { sha256 } from '../../platform/random.ts'
import type { LineRow, PaymentRow } from './line-store.ts'
import { resolveLines } from './rules.ts'
import type { NewReport, PurchaseRow } from './store.ts'
import type { PurchaseReport } from './types.ts'

// A report as the rows it becomes.

export function newRow(id: number, report: PurchaseReport, possibleTwin: boolean): PurchaseRow {
  return {
    id,
    kind: report.kind ?? 'sale',
    number: report.number,
    customer_id: report.customerId ?? null,
    store_id: report.storeId ?? null,
    source: report.source,
    confirmed: report.confirmed,
    lines_source: report.lines ? report.source : null,
    state: report.state ?? 'completed',
    currency: report.currency,
    total_minor: report.totalMinor ?? null,
    occurred_at: report.occurredAt,
    cancels_id: null,
    type_code: report.typeCode ?? null,
    channel: report.channel ?? null,
    till: report.till ?? null,
    card_number: report.cardNumber ?? null,
    data: report.data ?? {},
    possible_twin: possibleTwin,
  }
}

export function reportRow(purchaseId: number, report: PurchaseReport): NewReport {
  return {
    purchase_id: purchaseId,
    space: report.space,
    number: report.number,
    source: report.source,
    confirmed: report.confirmed,
    total_minor: report.totalMinor ?? null,
    customer_id: report.customerId ?? null,
    occurred_at: report.occurredAt,
    request_hash: sha256(JSON.stringify([report.totalMinor ?? null, report.currency, report.lines ?? []])),
  }
}

export function lineRows(purchaseId: number, report: PurchaseReport): LineRow[] {
  return resolveLines(report).map((line, index) => ({
    purchase_id: purchaseId,
    position: index + 1,
    code: line.code,
    name: line.name ?? '',
    quantity: line.quantity,
    unit_price: String(line.unitPrice),
    total_minor: line.totalMinor,
    vat_rate: line.vatRate ?? null,
    category_code: line.categoryCode ?? null,
    item_type: line.itemType ?? null,
    earns: line.earns ?? true,
    cancels_line_id: null,
    data: line.data ?? null,
  }))
}

export function paymentRows(purchaseId: number, report: PurchaseReport): PaymentRow[] {
  return (report.payments ?? []).map((payment) => ({
    purchase_id: purchaseId,
    kind: payment.kind,
    amount_minor: payment.amountMinor,
    unit_id: null,
    unit_amount: null,
    posting_key: null,
    data: payment.data ?? null,
  }))
}
