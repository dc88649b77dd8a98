import type { CustomerSheet } from '../../core/reports/index.ts'
import type { Call } from './auth.ts'
import { encodeBalances } from './campaigns.ts'
import { encodeCustomer, getSheet } from './customers.ts'
import { type Answer, type Element, element } from './encode.ts'
import type { Entry } from './routes/transactions.ts'

/** What a cashier is shown after an entry: where the customer stands now. */
export async function answerReceipt(call: Call, receipt: { entry: Entry; transaction: Element }): Promise<Answer> {
  const { ctx } = call
  const { programme, customerId } = receipt.entry
  const sheet: CustomerSheet = await getSheet(ctx, customerId)
  const [campaign] = await encodeBalances(call, customerId, { only: programme })
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
