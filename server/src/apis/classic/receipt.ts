import { sendMessage } from '../../core/messaging/index.ts'
import type { CustomerSheet } from '../../core/reports/index.ts'
import { api, type Call } from './auth.ts'
import { encodeBalances } from './campaigns.ts'
import { encodeCustomer, getSheet } from './customers.ts'
import { isYes } from './decode.ts'
import { type Answer, type Element, element } from './encode.ts'
import type { Entry } from './routes/transactions.ts'

/** What a cashier is shown after an entry: where the customer stands now. */
export async function answerReceipt(call: Call, receipt: { entry: Entry; transaction: Element }): Promise<Answer> {
  const { ctx } = call
  const { programme, customerId } = receipt.entry
  const sheet: CustomerSheet = await getSheet(ctx, customerId)
  const [campaign] = await encodeBalances(call, customerId, { only: programme })
  if (isYes(call.fields.get('send_transaction_email'))) await mailReceipt(call, { sheet, campaign, ...receipt })
  return {
    head: {
      receipt: element({
        account_name: ctx.tenant.name,
        agency: element({ name: ctx.tenant.name, email: null }),
        campaign,
        customer: encodeCustomer(sheet),
        transaction: receipt.transaction,
      }),
    },
  }
}

/** To who has an address and wants such messages: that is looked at when it is sent. */
async function mailReceipt(
  { ctx }: Call,
  of: { sheet: CustomerSheet; campaign: Element | undefined; entry: Entry; transaction: Element },
): Promise<void> {
  const { sheet, campaign, entry, transaction } = of
  if (!sheet.email) return
  const { id, date, amount, authorization } = transaction.entries
  await sendMessage(ctx, {
    key: `${api}:receipt:${id}`,
    channel: 'email',
    purpose: 'transactional',
    customerId: sheet.id,
    to: sheet.email,
    subject: `${ctx.tenant.name}: ${entry.programme.name}`,
    text: [
      `${date}  ${amount}`,
      ...(authorization ? [String(authorization)] : []),
      `= ${campaign?.entries.balance}`,
    ].join('\n'),
  })
}
