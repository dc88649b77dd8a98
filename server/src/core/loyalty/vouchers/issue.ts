import { type Ctx, transact } from '../../../platform/ctx.ts'
import { assert, DomainError } from '../../../platform/errors.ts'
import type { Minor } from '../../../platform/money.ts'
import { cleanJson, cleanText } from '../../../platform/text.ts'
import { getCustomer, holdAll } from '../../customers/index.ts'
import { applyOperation, findDefaultUnit } from '../../ledger/index.ts'
import { getOrganisation } from '../../organisations/index.ts'
import { endOf, monthsLater } from '../engine/calendar.ts'
import type { Reward, Voucher, VoucherId } from '../engine/types.ts'
import { openGiftCard } from '../gift-cards/value.ts'
import { giveCodeTo, takeCode } from '../pools/store.ts'
import { getReward } from '../rewards/service.ts'
import { findDefaultProgramme, getProgramme } from '../service.ts'
import { emitVouchers } from './changes.ts'
import { drawCode, refuseRewardCode } from './codes.ts'
import { refuseBeyondLimits } from './limits.ts'
import {
  drawVoucherId,
  insertVoucher,
  lockIssueKey,
  type NewVoucher,
  selectVoucherByIssueKey,
  selectVouchersByCodes,
} from './store.ts'

export interface VoucherInput {
  readonly rewardId: number
  /** Whose it is; needed where it costs points. */
  readonly customerId?: number
  /** Taken from the reward's pool, else drawn, when absent. */
  readonly code?: string
  /** Instead of the reward's own amount; what is put on a gift card. */
  readonly valueMinor?: Minor
  /** The only store that takes it. */
  readonly storeId?: number
  readonly note?: string
  /** What the statement says of the points; the reward's name when absent. */
  readonly costNote?: string
  readonly costData?: Readonly<Record<string, unknown>>
  readonly validFrom?: Date
  /** By the reward's rule when absent. */
  readonly validTo?: Date
  /** Used elsewhere already: told for the record. */
  readonly appliedAt?: Date
  readonly data?: Readonly<Record<string, unknown>>
  /** A retry with the same key answers the same voucher and changes nothing. */
  readonly key?: string
}

/**
 * Makes a voucher, and takes the points that it costs, in one transaction. Refuses reward.not_found, reward.wrong_kind (an
 * automatic one; a value where the reward takes none), reward.not_available, reward.limit_reached, customer.not_found, customer.erased,
 * organisation.not_found, voucher.code_taken, code_pool.empty, balance.insufficient, request.invalid,
 * request.idempotency_key_reused.
 */
export function issueVoucher(ctx: Ctx, input: VoucherInput): Promise<Voucher> {
  return transact(ctx, async (ctx) => {
    const known = input.key === undefined ? undefined : await findIssued(ctx, input, input.key)
    if (known) return known
    const reward = await getReward(ctx, input.rewardId)
    refuseWrongReward(ctx, reward, input)
    const customerId = await holderOf(ctx, reward, input)
    if (input.storeId !== undefined) await getOrganisation(ctx, input.storeId)
    const validTo = input.validTo ?? validToOf(ctx, reward)
    if (input.validFrom && validTo && input.validFrom >= validTo)
      throw new DomainError('request.invalid', { field: 'validTo' })
    await refuseBeyondLimits(ctx, reward, customerId)
    const id = await drawVoucherId(ctx)
    const isGiftCard = reward.kind === 'gift_card'
    const card = isGiftCard
      ? await openGiftCard(ctx, { voucherId: id, valueMinor: firstValueOf(reward, input) })
      : undefined
    const voucher = await insertWithCode(ctx, reward, input, {
      id,
      rewardId: reward.id,
      customerId,
      storeId: input.storeId ?? null,
      state: input.appliedAt ? 'applied' : 'issued',
      valueMinor: card ? card.valueMinor : (input.valueMinor ?? null),
      bearerId: card ? card.bearerId : null,
      note: cleanText(input.note ?? ''),
      validFrom: input.validFrom ?? null,
      validTo,
      costKey: reward.pointsCost > 0 ? costKeyOf(id) : null,
      appliedAt: input.appliedAt ?? null,
      appliedStoreId: input.appliedAt ? (input.storeId ?? null) : null,
      purchaseId: null,
      data: cleanJson(input.data ?? {}),
      issueKey: input.key ?? null,
    })
    await takePoints(ctx, reward, voucher, input)
    await emitVouchers(ctx, [voucher], 'issued')
    return voucher
  })
}

async function findIssued(ctx: Ctx, input: VoucherInput, key: string): Promise<Voucher | undefined> {
  await lockIssueKey(ctx, key)
  const known = await selectVoucherByIssueKey(ctx, key)
  if (known && known.rewardId !== input.rewardId) throw new DomainError('request.idempotency_key_reused', { key })
  return known
}

function refuseWrongReward(ctx: Ctx, reward: Reward, input: VoucherInput): void {
  const now = ctx.clock.now()
  if (reward.usage === 'automatic') throw new DomainError('reward.wrong_kind', { id: reward.id, usage: reward.usage })
  if (reward.state !== 'active') throw new DomainError('reward.not_available', { id: reward.id, reason: 'not_active' })
  if (reward.validFrom && reward.validFrom > now)
    throw new DomainError('reward.not_available', { id: reward.id, reason: 'not_yet_valid' })
  if (reward.validTo && reward.validTo <= now)
    throw new DomainError('reward.not_available', { id: reward.id, reason: 'no_longer_valid' })
  if (input.valueMinor === undefined) return
  const takesValue = reward.kind === 'gift_card' || reward.definition.benefit.kind === 'amount'
  if (!takesValue) throw new DomainError('reward.wrong_kind', { id: reward.id, field: 'value' })
  if (!Number.isSafeInteger(input.valueMinor) || input.valueMinor < 0)
    throw new DomainError('amount.invalid', { amount: input.valueMinor, field: 'value' })
}

/** Who gets it, as they are known today; nobody merges or erases them meanwhile. */
async function holderOf(ctx: Ctx, reward: Reward, input: VoucherInput): Promise<number | null> {
  if (input.customerId !== undefined) {
    const id = (await holdAll(ctx, [input.customerId]))(input.customerId)
    if ((await getCustomer(ctx, id)).state === 'erased') throw new DomainError('customer.erased', { id })
    return id
  }
  if (reward.pointsCost > 0) throw new DomainError('request.invalid', { field: 'customerId' })
  return null
}

const minuteMilliseconds = 60_000
const dayMilliseconds = 86_400_000

function validToOf(ctx: Ctx, reward: Reward): Date | null {
  const validity = reward.definition.voucherValidity
  if (!validity) return null
  const now = ctx.clock.now()
  if ('days' in validity) return new Date(now.getTime() + validity.days * dayMilliseconds)
  if ('minutes' in validity) return new Date(now.getTime() + validity.minutes * minuteMilliseconds)
  if ('months' in validity) return monthsLater(now, validity.months, ctx.tenant.timeZone)
  return endOf(validity.endOf, now, ctx.tenant.timeZone)
}

function firstValueOf(reward: Reward, input: VoucherInput): Minor {
  const { benefit } = reward.definition
  return input.valueMinor ?? (benefit.kind === 'amount' ? benefit.amountMinor : 0)
}

const maxDraws = 20
const longestCode = 100

async function insertWithCode(
  ctx: Ctx,
  reward: Reward,
  input: VoucherInput,
  rest: Omit<NewVoucher, 'code'>,
): Promise<Voucher> {
  if (input.code !== undefined) return insertGiven(ctx, cleanText(input.code).trim(), rest)
  const poolId = reward.definition.codePoolId
  for (let draw = 0; draw < maxDraws; draw++) {
    const code = poolId === undefined ? drawCode(ctx.random) : await nextOf(ctx, poolId, rest.id)
    const voucher = await insertVoucher(ctx, { ...rest, code })
    if (voucher) return voucher
    if (poolId !== undefined) await leaveToOwner(ctx, poolId, code)
  }
  throw new DomainError(poolId === undefined ? 'voucher.code_taken' : 'code_pool.empty', { poolId })
}

async function insertGiven(ctx: Ctx, code: string, rest: Omit<NewVoucher, 'code'>): Promise<Voucher> {
  if (code === '' || code.length > longestCode) throw new DomainError('request.invalid', { field: 'code' })
  await refuseRewardCode(ctx, code)
  const voucher = await insertVoucher(ctx, { ...rest, code })
  if (voucher) return voucher
  throw new DomainError('voucher.code_taken', { code })
}

async function nextOf(ctx: Ctx, poolId: number, voucherId: VoucherId): Promise<string> {
  const code = await takeCode(ctx, { poolId, voucherId })
  if (code === undefined) throw new DomainError('code_pool.empty', { poolId })
  return code
}

/** Somebody had given a voucher this very code by hand: it is that voucher's then. */
async function leaveToOwner(ctx: Ctx, poolId: number, code: string): Promise<void> {
  const [owner] = await selectVouchersByCodes(ctx, [code], false)
  assert(owner, 'a code that was refused is another voucher’s')
  await giveCodeTo(ctx, { poolId, code, voucherId: owner.id })
}

export function costKeyOf(id: VoucherId): string {
  return `voucher:${id}:cost`
}

async function takePoints(
  ctx: Ctx,
  reward: Reward,
  voucher: Voucher,
  { costNote = reward.name, costData = {} }: Pick<VoucherInput, 'costNote' | 'costData'>,
): Promise<void> {
  if (voucher.costKey === null || voucher.customerId === null) return
  const programme = reward.programmeId ? await getProgramme(ctx, reward.programmeId) : await findDefaultProgramme(ctx)
  const unitId = programme?.unitId ?? (await findDefaultUnit(ctx, 'points'))?.id
  if (unitId === undefined) throw new DomainError('unit.not_found', { kind: 'points' })
  await applyOperation(ctx, {
    kind: 'spend',
    key: voucher.costKey,
    unitId,
    customerId: voucher.customerId,
    amount: reward.pointsCost,
    note: costNote,
    ...(programme ? { programmeId: programme.id } : {}),
    data: { ...cleanJson(costData), voucherId: voucher.id },
  })
}

export type IssueResult = { readonly voucher: Voucher } | { readonly refused: DomainError }

/**
 * Many at once. stop: the first that is refused is thrown and none is made. skip: the refused ones are told and the others
 * made, each in its own transaction.
 */
export async function issueVouchers(
  ctx: Ctx,
  inputs: readonly VoucherInput[],
  options: { onRefusal: 'stop' | 'skip' },
): Promise<IssueResult[]> {
  if (options.onRefusal === 'stop') {
    return transact(ctx, async (ctx) => {
      const results: IssueResult[] = []
      for (const input of inputs) results.push({ voucher: await issueVoucher(ctx, input) })
      return results
    })
  }
  assert(!ctx.inTransaction, 'a transaction that a refusal was thrown in cannot go on')
  const results: IssueResult[] = []
  for (const input of inputs) results.push(await tryIssue(ctx, input))
  return results
}

async function tryIssue(ctx: Ctx, input: VoucherInput): Promise<IssueResult> {
  try {
    return { voucher: await issueVoucher(ctx, input) }
  } catch (error) {
    if (error instanceof DomainError) return { refused: error }
    throw error
  }
}
