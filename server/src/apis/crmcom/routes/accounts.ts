import type { FastifyInstance } from 'fastify'
import { type Customer, listAddresses } from '../../../core/customers/index.ts'
import { type Balance, totalsOf } from '../../../core/ledger/index.ts'
import {
  balancesAfterCharges,
  findDefaultProgramme,
  listProgrammes,
  type Programme,
  pointsValue,
  tierOf,
  tierReachedAt,
} from '../../../core/loyalty/index.ts'
import type { Ctx, Server } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { epochSeconds } from '../../http/times.ts'
import { type ContactCall, withContact, withOwnContact } from '../auth.ts'
import { decodeBody, decodeFlag, decodePaging, decodeText } from '../decode.ts'
import { encodeAccountNames, encodeBillingAddress, money, moneyText, page, text, textFlag, uuid } from '../encode.ts'
import { periodStart } from '../periods.ts'

/** Every contact has one account, the primary one, and in it one wallet: its credit in the shop's currency. */
export function accountRoutes(app: FastifyInstance, server: Server): void {
  app.get('/contacts/:id/accounts', withOwnContact(server, showAccounts))
  app.get('/accounts/:id/financials', withContact(server, showFinancials))
  app.get('/accounts/:id/rewards', withContact(server, showRewards))
  app.get('/wallets/:id/balances', withContact(server, showBalances))
}

async function showAccounts({ ctx, customer, request }: ContactCall) {
  const query = decodeBody(request.query)
  const paging = decodePaging(query)
  decodeFlag(query, 'is_primary')
  const addresses = await listAddresses(ctx, customer.id)
  const account = {
    id: uuid(ctx, 'contactAccount', customer.id),
    is_primary: true,
    ...encodeAccountNames(customer),
    life_cycle_state: 'ACTIVE',
    // The documentation prints the key with a blank in it; clients made from it look for that one.
    'life_cycle _state': 'ACTIVE',
    currency_code: ctx.tenant.currency,
    classification: null,
    billing_address: encodeBillingAddress(
      ctx,
      addresses.find((address) => address.isPrimary),
    ),
  }
  return page(paging.page === 1 ? [{ accounts: [account] }] : [], paging, 1)
}

async function showFinancials(call: ContactCall) {
  refuseAnotherAccount(call, 'contactAccount')
  const { ctx, customer } = call
  const [balances, addresses] = [await balancesAfterCharges(ctx, customer.id), await listAddresses(ctx, customer.id)]
  const balance = walletAmong(ctx, balances)?.available ?? 0
  return {
    id: uuid(ctx, 'contactAccount', customer.id),
    ...encodeAccountNames(customer),
    is_primary: textFlag(true),
    life_cycle_state: 'ACTIVE',
    currency_code: ctx.tenant.currency,
    balance: 0,
    overdue_amount: 0,
    credit_limit: 0,
    accounting_period_id: '',
    accounting_period_name: '',
    opening_balance: 0,
    classification: null,
    wallet: [
      {
        id: uuid(ctx, 'contactWallet', customer.id),
        code: customer.code,
        balance: money(balance, ctx.tenant.currency),
        commerce_balance: 0,
        open_balance: money(balance, ctx.tenant.currency),
        life_cycle_state: 'ACTIVE',
        minimum_balance: 0,
        limit_rules: [],
      },
    ],
    billing_address: encodeBillingAddress(
      ctx,
      addresses.find((address) => address.isPrimary),
    ),
  }
}

function walletAmong(ctx: Ctx, balances: readonly Balance[]): Balance | undefined {
  const isWallet = ({ unit }: Balance) => unit.kind === 'money' && unit.currency === ctx.tenant.currency
  return balances.find((balance) => isWallet(balance) && balance.unit.isDefault) ?? balances.find(isWallet)
}

/**
 * Value units are the points of the shop's programme; tiers are reached by all that were ever earned and are kept, so
 * nothing needs to be collected to maintain one.
 */
async function showRewards(call: ContactCall) {
  refuseAnotherAccount(call, 'contactAccount')
  const { ctx, customer } = call
  const includeRewards = decodeText(decodeBody(call.request.query), 'include_rewards')
  const period = includeRewards ? { from: periodStart(ctx, includeRewards) } : undefined
  const [balances, programme] = [await balancesAfterCharges(ctx, customer.id), await findDefaultProgramme(ctx)]
  return {
    id: uuid(ctx, 'contactAccount', customer.id),
    ...encodeAccountNames(customer),
    currency_code: ctx.tenant.currency,
    signed_up_on: epochSeconds(customer.createdAt),
    spending_blocked_status: textFlag(false),
    automatic_spend_settings: {
      enable_automatic_spend: textFlag(false),
      automatic_spend_preference: '',
      minimum_wallet_balance: 0,
      from_purchase_amount: 0,
    },
    reward_tier: await encodeTier(ctx, customer),
    points: encodePoints(balances, programme),
    joined_reward_schemes: await encodeSchemes(ctx, epochSeconds(customer.createdAt)),
    preferred_payment_method: null,
    ...(period
      ? { rewards: await encodeTotals(ctx, customer.id, { ...period, programme, wallet: walletAmong(ctx, balances) }) }
      : {}),
  }
}

async function encodeTier(ctx: Ctx, customer: Customer) {
  const { tier, next, earned, toNext, toKeep, keepBy } = await tierOf(ctx, customer.id)
  const reachedAt = tier && ((await tierReachedAt(ctx, customer.id, tier)) ?? customer.createdAt)
  return {
    id: tier ? uuid(ctx, 'tier', tier.id) : '',
    name: text(tier?.name),
    colour: text(tier?.settings.colour),
    achieved_date: reachedAt ? epochSeconds(reachedAt) : null,
    period_value_units: earned,
    lifetime_value_units: earned,
    maintain_tier: { points_needed: toKeep, collected_by: keepBy ? String(epochSeconds(keepBy)) : '' },
    progress: next
      ? {
          points_needed: String(toNext),
          collected_by: '',
          id: uuid(ctx, 'tier', next.id),
          name: next.name,
        }
      : null,
  }
}

/** Not in the documentation, which shows points by tier only: the balance that the other APIs show. */
function encodePoints(balances: readonly Balance[], programme: Programme | undefined) {
  const balance = balances.find(({ unit }) => unit.id === programme?.unitId)
  if (!balance) return null
  const { available, pending, held, unit } = balance
  return { unit: unit.code, balance: available, pending, held }
}

// Everybody who is a customer takes part in every active programme.
async function encodeSchemes(ctx: Ctx, signedUpOn: number) {
  const programmes = await listProgrammes(ctx, { state: 'active' })
  return programmes.map((programme) => ({
    id: uuid(ctx, 'programme', programme.id),
    name: programme.name,
    signed_up_on: signedUpOn,
    email_address: '',
  }))
}

/** The wallet's credit and what the points are worth, as the purchases' own awards and spends count them. */
async function encodeTotals(
  ctx: Ctx,
  customerId: number,
  of: { from: Date | undefined; wallet: Balance | undefined; programme: Programme | undefined },
) {
  const { from, wallet, programme } = of
  const since = { customerId, ...(from ? { from } : {}) }
  const credit = wallet ? await totalsOf(ctx, { ...since, unitId: wallet.unit.id }) : none
  const points = programme ? await totalsOf(ctx, { ...since, unitId: programme.unitId }) : none
  const sum = (name: 'earned' | 'spent') =>
    credit[name] + (programme ? pointsValue(ctx, programme, points[name]) : points[name])
  return {
    total_awards: moneyText(sum('earned'), ctx.tenant.currency),
    total_spends: moneyText(sum('spent'), ctx.tenant.currency),
  }
}

const none = { earned: 0, spent: 0 }

/**
 * Amounts that are bound to a spend condition, one row each. Credit that may be spent on anything is the open balance of
 * the account's wallet and has no row.
 */
async function showBalances(call: ContactCall) {
  refuseAnotherAccount(call, 'contactWallet')
  return page([], decodePaging(decodeBody(call.request.query)), 0)
}

// Accounts and wallets have no rows of their own: their ids are made from the contact's.
function refuseAnotherAccount(call: ContactCall, kind: 'contactAccount' | 'contactWallet'): void {
  const { ctx, customer, tokenCustomerId, request } = call
  const { id: named = '' } = request.params as { id?: string } // the routes that call this have it
  const id = ctx.ids.read(kind, ctx.tenant.id, named)
  if (id === undefined) throw new DomainError('request.not_found')
  if (id !== customer.id && id !== tokenCustomerId) throw new DomainError('request.forbidden')
}
