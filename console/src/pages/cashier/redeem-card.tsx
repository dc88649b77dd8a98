import { IconGift } from '@tabler/icons-react'
import { type KeyboardEvent, useState } from 'react'
import type { Desk, DeskProgramme, DeskReward, DeskVoucher, Quote } from '../../api/till.ts'
import type { Unit } from '../../api/types.ts'
import { formatDate, formatMoney, formatUnits, inSentence, moneyDigits } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { Card } from '../../components/page.tsx'
import { currencySign } from '../loyalty/inputs.tsx'
import { amountOf } from '../loyalty/words.ts'
import { type Draft, readAmount, slotOf } from './draft.ts'
import classes from './entry-card.module.css'
import { AmountField, Toggle } from './parts.tsx'

interface RedeemProps {
  readonly desk: Desk
  readonly draft: Draft
  readonly faults: ReadonlySet<string>
  readonly quote: Quote | undefined
  readonly change: (patch: Partial<Draft>) => void
}

/** What the customer uses: rewards, vouchers, points and money that they have. */
export function RedeemCard(props: RedeemProps) {
  const { desk, draft, change } = props
  const rewards = desk.programmes.flatMap((programme) => programme.rewards.map((reward) => ({ reward, programme })))
  const free = desk.programmes.flatMap((programme) => programme.items.map((item) => ({ item, programme })))
  const payers = desk.programmes.filter(({ available, kind }) => available > 0 && kind !== 'items' && kind !== 'visits')
  const nothing = rewards.length + desk.vouchers.length + payers.length === 0
  const setCodes = (code: string, on: boolean) =>
    change({ codes: on ? [...draft.codes, code] : draft.codes.filter((one) => !sameCode(one, code)) })
  const typed = draft.codes.filter((code) => !desk.vouchers.some((voucher) => sameCode(voucher.code, code)))
  return (
    <Card title="Redeem">
      <div className={classes.stack} data-redeem>
        {nothing && (
          <p className={classes.none}>
            <IconGift size={18} stroke={1.7} /> No reward and no voucher yet. A code can be scanned or typed.
          </p>
        )}
        {desk.vouchers.length > 0 && (
          <fieldset className={classes.choices} aria-label="Vouchers">
            {desk.vouchers.map((voucher) => (
              <VoucherToggle
                key={voucher.id}
                voucher={voucher}
                on={draft.codes.some((code) => sameCode(code, voucher.code))}
                change={(on) => setCodes(voucher.code, on)}
              />
            ))}
          </fieldset>
        )}
        {(rewards.length > 0 || free.some(({ item }) => item.available >= item.needed)) && (
          <fieldset className={classes.choices} aria-label="Rewards">
            {rewards.map(({ reward, programme }) => (
              <RewardToggle key={reward.id} reward={reward} programme={programme} {...props} />
            ))}
            {free
              .filter(({ item }) => item.available >= item.needed)
              .map(({ item, programme }) => {
                const slot = slotOf(programme.id, item.unit_id)
                return (
                  <Toggle
                    key={slot}
                    name={`${item.name}: a free one`}
                    note={programme.name}
                    aside={`takes ${item.needed} of ${item.available}`}
                    on={Boolean(draft.takings[slot])}
                    change={(on) => change({ takings: { ...draft.takings, [slot]: on ? 'free' : '' } })}
                  />
                )
              })}
          </fieldset>
        )}
        <Payers {...props} payers={payers} />
        <CodeField typed={typed} add={(code) => setCodes(code, true)} remove={(code) => setCodes(code, false)} />
      </div>
    </Card>
  )
}

const sameCode = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase()

interface VoucherProps {
  readonly voucher: DeskVoucher
  readonly on: boolean
  readonly change: (on: boolean) => void
}

function VoucherToggle({ voucher, on, change }: VoucherProps) {
  const { currency } = useSession().tenant
  const until = voucher.valid_to ? `until ${formatDate(voucher.valid_to)}` : undefined
  return (
    <Toggle
      name={voucher.name}
      note={[voucher.code, until].filter(Boolean).join(' · ')}
      aside={voucher.value_minor === null ? 'Voucher' : formatMoney(voucher.value_minor, currency)}
      on={on}
      change={change}
    />
  )
}

function RewardToggle({
  reward,
  programme,
  draft,
  change,
}: RedeemProps & { reward: DeskReward; programme: DeskProgramme }) {
  const missing = reward.points_cost - programme.available
  const needsAmount = reward.needs_amount && draft.amount.trim() === ''
  const short =
    missing > 0 ? `${amountOf(missing, programme.unit)} short` : needsAmount ? 'needs an amount of the sale' : undefined
  return (
    <Toggle
      name={reward.name}
      note={programme.is_default ? undefined : programme.name}
      short={short}
      aside={amountOf(reward.points_cost, programme.unit)}
      on={draft.rewardIds.includes(reward.id)}
      change={(on) =>
        change({ rewardIds: on ? [...draft.rewardIds, reward.id] : draft.rewardIds.filter((id) => id !== reward.id) })
      }
    />
  )
}

function Payers({ desk, draft, faults, quote, change, payers }: RedeemProps & { payers: readonly DeskProgramme[] }) {
  const { currency } = useSession().tenant
  const credit = creditOf(desk, currency)
  const sells = draft.amount.trim() !== ''
  if (payers.length === 0 && !credit) return null
  return (
    <div className={classes.payers}>
      {payers.map((programme) => {
        const { id, name, unit } = programme
        const slot = slotOf(id)
        const isMain = programme.is_default
        const isMoney = unit.kind === 'money'
        const typed = (isMain ? draft.points : draft.takings[slot]) ?? ''
        const set = (value: string) =>
          isMain ? change({ points: value }) : change({ takings: { ...draft.takings, [slot]: value } })
        return (
          <AmountField
            key={id}
            label={sells && (isMain || isMoney) ? `Pay with ${inSentence(name)}` : `Take ${inSentence(name)}`}
            note={noteOf(programme, currency)}
            sign={isMoney ? currencySign(currency) : undefined}
            whole={unit.scale === 0}
            value={typed}
            change={set}
            fault={faults.has(isMain ? 'points' : `take ${slot}`)}
            all={{
              label: 'All',
              value: plain(mostOf(programme, openFor(programme, { quote, sells, typed }), currency), unit.scale),
            }}
          />
        )
      })}
      {credit && sells && (
        <AmountField
          label={`Pay with ${inSentence(credit.unit.name)}`}
          note={`${formatUnits(credit.available, credit.unit)} there`}
          sign={currencySign(currency)}
          value={draft.credit}
          change={(value) => change({ credit: value })}
          fault={faults.has('credit')}
          all={{
            label: 'All',
            value: plain(
              Math.min(credit.available, openFor(credit, { quote, sells, typed: draft.credit }) ?? 0),
              credit.unit.scale,
            ),
          }}
        />
      )}
    </div>
  )
}

function creditOf({ balances, programmes }: Desk, currency: string) {
  const ofProgrammes = new Set(programmes.map(({ unit }) => unit.id))
  return balances.find(
    ({ unit, available }) =>
      unit.kind === 'money' && unit.currency === currency && available > 0 && !ofProgrammes.has(unit.id),
  )
}

/** What points are worth in the shop's money. */
function worthOf({ settings }: DeskProgramme, amount: number, currency: string): number | undefined {
  const rate = Number(settings.points_per_currency_unit_redeemed ?? 0)
  return rate > 0 ? Math.floor((amount / rate) * 10 ** moneyDigits(currency)) : undefined
}

function noteOf(programme: DeskProgramme, currency: string): string {
  const { available, unit, is_default: isMain } = programme
  const worth = isMain ? worthOf(programme, available, currency) : undefined
  const there = `${formatUnits(available, unit)} there`
  return worth === undefined ? there : `${there}, worth ${formatMoney(worth, currency)}`
}

interface Paying {
  readonly quote: Quote | undefined
  readonly sells: boolean
  readonly typed: string
}

/** What is to pay without what this field pays already; undefined where there is nothing to pay for. */
function openFor({ unit }: { readonly unit: Unit }, { quote, sells, typed }: Paying): number | undefined {
  if (!sells || !quote) return undefined
  const own =
    unit.kind === 'money'
      ? readAmount(typed, unit.scale) || 0
      : (quote.payments.find(({ points }) => points !== null)?.amount_minor ?? 0)
  return quote.to_pay_minor + own
}

/** All that is there, or that it takes to pay. */
function mostOf(programme: DeskProgramme, openMinor: number | undefined, currency: string): number {
  const { available, unit, is_default: isMain, settings } = programme
  if (openMinor === undefined) return available
  if (unit.kind === 'money') return Math.min(available, openMinor)
  const rate = Number(settings.points_per_currency_unit_redeemed ?? 0)
  const needed = Math.ceil((openMinor / 10 ** moneyDigits(currency)) * rate)
  return isMain && rate > 0 ? Math.min(available, needed) : available
}

function plain(amount: number, scale: number): string {
  return scale === 0 ? String(amount) : (amount / 10 ** scale).toFixed(scale)
}

interface CodeFieldProps {
  readonly typed: readonly string[]
  readonly add: (code: string) => void
  readonly remove: (code: string) => void
}

function CodeField({ typed, add, remove }: CodeFieldProps) {
  const [text, setText] = useState('')
  const onKey = (event: KeyboardEvent) => {
    const code = text.trim()
    if (event.key !== 'Enter' || code === '') return
    event.preventDefault()
    if (!typed.some((one) => sameCode(one, code))) add(code)
    setText('')
  }
  return (
    <div className={classes.codes}>
      <label className={classes.number}>
        Code
        <input
          value={text}
          placeholder="of a voucher, gift card or reward"
          autoCapitalize="characters"
          maxLength={100}
          data-takes-scan
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKey}
        />
      </label>
      {typed.map((code) => (
        <Toggle key={code} name={code} note="typed or scanned" on change={() => remove(code)} />
      ))}
    </div>
  )
}
