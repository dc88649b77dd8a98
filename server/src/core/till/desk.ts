import type { Ctx } from '../../platform/ctx.ts'
import {
  type Customer,
  findCustomerByCode,
  findCustomerById,
  findCustomerByIdentity,
  getCustomer,
  type IdentityKind,
  searchCustomers,
} from '../customers/index.ts'
import { type Balance, listUnits, type Unit } from '../ledger/index.ts'
import {
  balancesAfterCharges,
  type Card,
  findCardByNumber,
  findOfferedCodes,
  getRewards,
  listAllItems,
  listCards,
  listEarningRules,
  listProgrammeRewards,
  listProgrammes,
  listVouchers,
  type Programme,
  type ProgrammeItem,
  tierOf,
} from '../loyalty/index.ts'
import type { Desk, DeskProgramme, Scan } from './types.ts'

const mostMatches = 8
const mostShown = 100

/** The one customer, card, voucher or reward that the text names exactly; where there is none, customers it is a part of. */
export async function scan(ctx: Ctx, text: string): Promise<Scan> {
  const asked = text.trim()
  const nothing = { customer: undefined, card: undefined, code: undefined, matches: [] }
  if (asked === '') return nothing
  const card = (await findCardByNumber(ctx, asked)) ?? (await findCardByNumber(ctx, asked.replace(/[\s-]/g, '')))
  if (card) return { ...nothing, card, customer: await ownerOf(ctx, card) }
  const customer = await findNamed(ctx, asked)
  if (customer) return { ...nothing, customer }
  const [offered] = await findOfferedCodes(ctx, [asked])
  if (offered?.reward) {
    const { reward, voucher } = offered
    const holder = voucher?.customerId ? await findCustomerById(ctx, voucher.customerId) : undefined
    return { ...nothing, customer: living(holder), code: { code: voucher?.code ?? reward.code, reward, voucher } }
  }
  const filters = { states: ['identified'] } as const
  return { ...nothing, matches: await searchCustomers(ctx, { text: asked, filters, limit: mostMatches }) }
}

async function ownerOf(ctx: Ctx, card: Card): Promise<Customer | undefined> {
  return card.customerId === null ? undefined : living(await findCustomerById(ctx, card.customerId))
}

const exactKinds: readonly IdentityKind[] = ['card', 'email', 'phone', 'login']

/** The code of a customer, ours or one that a client of the classic kind gave, a card that is no row, an address, a login. */
async function findNamed(ctx: Ctx, text: string): Promise<Customer | undefined> {
  const byCode = living(await findCustomerByCode(ctx, text.replace(/\s/g, '')))
  if (byCode) return byCode
  for (const kind of exactKinds) {
    const found = living(await findCustomerByIdentity(ctx, { kind, value: text }))
    if (found) return found
  }
  return living(await findCustomerByIdentity(ctx, { kind: 'external', source: 'code', value: text }))
}

/** Devices and the erased are nobody at a till. */
function living(customer: Customer | undefined): Customer | undefined {
  return customer?.state === 'identified' ? customer : undefined
}

/** All that a cashier sees of a customer. What has lapsed by the clock is taken off first. Refuses customer.not_found. */
export async function openDesk(ctx: Ctx, customerId: number): Promise<Desk> {
  const customer = await getCustomer(ctx, customerId)
  const { id } = customer
  const balances = await balancesAfterCharges(ctx, id)
  const vouchers = await listVouchers(ctx, {
    customerId: id,
    states: ['issued'],
    validity: { at: ctx.clock.now(), valid: true },
    orderBy: 'validTo',
    offset: 0,
    limit: mostShown,
  })
  return {
    customer,
    balances,
    tier: (await tierOf(ctx, id)).tier,
    cards: (await listCards(ctx, { customerId: id, offset: 0, limit: mostShown })).items,
    programmes: await programmesFor(ctx, balances),
    vouchers: vouchers.items,
    rewards: await getRewards(
      ctx,
      vouchers.items.map(({ rewardId }) => rewardId),
    ),
  }
}

/** The active ones, the default first. */
async function programmesFor(ctx: Ctx, balances: readonly Balance[]): Promise<DeskProgramme[]> {
  const programmes = await listProgrammes(ctx, { state: 'active' })
  const units = new Map((await listUnits(ctx)).map((unit) => [unit.id as number, unit]))
  const items = programmes.some(({ kind }) => kind === 'items') ? await listAllItems(ctx) : []
  const inOrder = [...programmes].sort((a, b) => Number(b.isDefault) - Number(a.isDefault) || a.id - b.id)
  const shown: DeskProgramme[] = []
  for (const programme of inOrder) {
    const unit = units.get(programme.unitId)
    if (unit) shown.push(await programmeFor(ctx, { programme, unit, items, balances }))
  }
  return shown
}

async function programmeFor(
  ctx: Ctx,
  of: { programme: Programme; unit: Unit; items: readonly ProgrammeItem[]; balances: readonly Balance[] },
): Promise<DeskProgramme> {
  const { programme, unit, balances } = of
  const availableIn = (unitId: number) => balances.find((balance) => balance.unit.id === unitId)?.available ?? 0
  const paysForRewards = programme.kind === 'points' || programme.kind === 'visits'
  return {
    programme,
    unit,
    available: availableIn(unit.id),
    items: of.items
      .filter(({ programmeId }) => programmeId === programme.id)
      .map((item) => ({ ...item, available: availableIn(item.unitId) })),
    rewards: paysForRewards ? await listProgrammeRewards(ctx, programme, { usages: usagesOf(programme) }) : [],
    promotions: programme.kind === 'points' ? await promotionsOf(ctx, programme) : [],
  }
}

/** Only the default points pay together with a sale. */
export function usagesOf({ isDefault }: Programme): readonly ('voucher' | 'code')[] {
  return isDefault ? ['voucher', 'code'] : ['voucher']
}

async function promotionsOf(ctx: Ctx, { unitId }: Programme): Promise<DeskProgramme['promotions']> {
  const { items } = await listEarningRules(ctx, {
    states: ['active'],
    onRequest: true,
    unitId,
    offset: 0,
    limit: mostShown,
  })
  const now = ctx.clock.now()
  return items.filter(({ validFrom, validTo }) => (!validFrom || validFrom <= now) && (!validTo || validTo > now))
}
