import type { Call } from './auth.ts'
import { type Fields, refuse } from './decode.ts'
import type { Answer } from './encode.ts'
import type { Permission } from './permissions.ts'
import { showAccount, signIn, updateAccount } from './routes/account.ts'
import { importCustomers, importTransactions } from './routes/batches.ts'
import {
  createCampaign,
  deactivateCampaign,
  deleteCampaign,
  reactivateCampaign,
  updateCampaign,
} from './routes/campaign-changes.ts'
import {
  createCampaignReward,
  createItem,
  createPromotion,
  deleteCampaignItem,
  deleteCampaignReward,
  deletePromotion,
  updateCampaignItem,
  updateCampaignReward,
  updatePromotion,
} from './routes/campaign-parts.ts'
import { listCampaigns, listInactiveCampaigns, listPromotions, listRewards } from './routes/campaigns.ts'
import { replaceCard } from './routes/cards.ts'
import * as charges from './routes/charges.ts'
import { recordCustomer } from './routes/customers.ts'
import { showDashboard } from './routes/dashboard.ts'
import { manageFields, manageTransactionFields } from './routes/fields.ts'
import { showBalance, showCustomer } from './routes/information.ts'
import { listItems } from './routes/items.ts'
import { validatePassword } from './routes/passwords.ts'
import { redeemValue } from './routes/redemptions.ts'
import { report } from './routes/reports.ts'
import { findCustomers, searchCustomers } from './routes/search.ts'
import { generateTimeToken, validateTimeToken } from './routes/tokens.ts'
import { recordActivity } from './routes/transactions.ts'
import { deleteCustomer, deleteTransaction, generateCardNumber } from './routes/upkeep.ts'
import { changeCampaignUsers, createUser, deleteUser, listAllUsers, showUser, updateUser } from './routes/users.ts'

export interface Operation {
  readonly run: (call: Call) => Promise<Answer>
  /** Undefined: every user may. */
  readonly needs: Permission | undefined
}

const may = (needs: Permission | undefined, run: Operation['run']): Operation => ({ run, needs })

/** Every operation has one name; old names of some are still sent. */
const operations: Readonly<Record<string, Operation>> = {
  user_login: may(undefined, signIn),
  generate_time_token: may(undefined, generateTimeToken),
  validate_time_token: may(undefined, validateTimeToken),
  account_info: may('view_account', showAccount),
  account_update: may('edit_account', updateAccount),
  dashboard: may('view_dashboard', showDashboard),
  user_info: may(undefined, showUser),
  users_list: may('view_users', listAllUsers),
  user_new: may('add_users', createUser),
  user_update: may('edit_users', updateUser),
  user_delete: may('delete_users', deleteUser),
  campaign_users: may('edit_users', changeCampaignUsers),
  manage_fields: may('view_fields', manageFields),
  transaction_fields: may('view_fields', manageTransactionFields),
  customer_info: may('view_customers', showCustomer),
  customer_balance: may('view_customers', showBalance),
  balance: may('view_customers', showBalance),
  customer_search: may('view_customers', searchCustomers),
  customer_find: may('view_customers', findCustomers),
  find_customer: may('view_customers', findCustomers),
  generate_card_number: may('view_customers', generateCardNumber),
  validate_customer_password: may('view_customers', validatePassword),
  card_replace: may('edit_customers', replaceCard),
  customers_batch: may('import_customers', importCustomers),
  customer_delete: may('delete_customers', deleteCustomer),
  campaigns_list: may('view_campaigns', listCampaigns),
  campaigns_inactive_list: may('view_campaigns', listInactiveCampaigns),
  campaign_deactivate: may('edit_campaigns', deactivateCampaign),
  campaign_reactivate: may('edit_campaigns', reactivateCampaign),
  campaign_rewards: may('view_rewards', listRewards),
  campaign_promos: may('view_promotions', listPromotions),
  buyx_items_list: may('view_buyx_items', listItems),
  campaign_depreciations: may('view_depreciations', charges.listDepreciations),
  depreciation_new: may('add_depreciation', charges.createDepreciation),
  depreciation_update: may('edit_depreciation', charges.updateDepreciation),
  depreciation_delete: may('delete_depreciation', charges.deleteDepreciation),
  campaign_fees: may('view_fees', charges.listFees),
  campaign_fee_new: may('add_fee', charges.createFee),
  campaign_fee_update: may('edit_fee', charges.updateFee),
  campaign_fee_delete: may('delete_fee', charges.deleteFee),
  record_activity: may('record_activity', recordActivity),
  redeem: may('redeem', redeemValue),
  transaction_delete: may('delete_transactions', deleteTransaction),
  batch_transactions: may('import_transactions', importTransactions),
  reports: may('view_reports', report),
}

/** Operations of one name that are told apart by a second field. */
const byAction: Readonly<
  Record<string, { readonly field: string; readonly actions: Readonly<Record<string, Operation>> }>
> = {
  record_customer: {
    field: 'customer_action',
    actions: {
      new: may('add_customers', recordCustomer),
      register: may('edit_customers', recordCustomer),
      edit: may('edit_customers', recordCustomer),
    },
  },
  campaign_new: {
    field: 'action',
    actions: {
      campaign: may('add_campaigns', createCampaign),
      reward: may('add_rewards', createCampaignReward),
      promo: may('add_promotions', createPromotion),
      item: may('add_buyx_items', createItem),
    },
  },
  campaign_update: {
    field: 'action',
    actions: {
      campaign: may('edit_campaigns', updateCampaign),
      reward: may('edit_rewards', updateCampaignReward),
      promo: may('edit_promotions', updatePromotion),
      item: may('edit_buyx_items', updateCampaignItem),
    },
  },
  campaign_delete: {
    field: 'action',
    actions: {
      campaign: may('delete_campaigns', deleteCampaign),
      reward: may('delete_rewards', deleteCampaignReward),
      promo: may('delete_promotions', deletePromotion),
      item: may('delete_buyx_items', deleteCampaignItem),
    },
  },
}

export function findOperation(type: string, fields: Fields): Operation {
  if (Object.hasOwn(operations, type) && operations[type]) return operations[type]
  const group = Object.hasOwn(byAction, type) ? byAction[type] : undefined
  if (!group) return refuse('type', 'is not known')
  const action = fields.get(group.field)?.toLowerCase() ?? (type === 'record_customer' ? 'new' : undefined)
  if (action === undefined) return refuse(group.field, 'is required')
  const operation = Object.hasOwn(group.actions, action) ? group.actions[action] : undefined
  return operation ?? refuse(group.field, `must be ${oneOf(Object.keys(group.actions))}`)
}

function oneOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
