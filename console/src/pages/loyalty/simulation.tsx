import { Skeleton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconBasket } from '@tabler/icons-react'
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query'
import { post } from '../../api/client.ts'
import type { Simulation } from '../../api/loyalty-types.ts'
import { formatCount, formatMoney } from '../../app/format.ts'
import { useSession } from '../../app/session.ts'
import { instantOf } from '../../app/zones.ts'
import { Refusal } from '../../components/form.tsx'
import { Empty } from '../../components/states.tsx'
import classes from './basket.module.css'
import type { Basket } from './basket-form.tsx'
import { refusalSentence } from './decision-words.ts'
import { Decisions } from './decisions.tsx'
import { useNames } from './names.ts'

/**
 * What the rules would do with a basket; asked again whenever the basket, or what is tried on it, changes. Null: what is tried is not
 * finished yet.
 */
export function useSimulation(
  basket: Basket,
  trial: Readonly<Record<string, unknown>> | null = {},
): UseQueryResult<Simulation> {
  const { time_zone: zone } = useSession().tenant
  const body = {
    ...trial,
    customer_id: basket.customer?.id,
    store_id: basket.store_id,
    at: basket.at && instantOf(basket.at, zone),
    codes: basket.codes.length > 0 ? basket.codes : undefined,
    tier_discount: basket.tier_discount || undefined,
    lines: basket.lines.map(({ code, quantity }) => ({ code, quantity })),
  }
  const [asked] = useDebouncedValue(JSON.stringify(body), 250)
  return useQuery({
    queryKey: ['simulation', asked],
    queryFn: ({ signal }) => post<Simulation>('/loyalty/simulate', JSON.parse(asked), { signal }),
    enabled: trial !== null && basket.lines.length > 0 && asked !== '' && !asked.includes('"lines":[]'),
    placeholderData: keepPreviousData,
    retry: false,
  })
}

interface ResultProps {
  readonly basket: Basket
  readonly query: UseQueryResult<Simulation>
  /** The rule or reward that is tried. */
  readonly highlight?: number
}

export function SimulationResult({ basket, query, highlight }: ResultProps) {
  if (basket.lines.length === 0)
    return (
      <Empty icon={<IconBasket size={20} />} title="An empty basket">
        Put products into it to see what they cost, what they earn, and why.
      </Empty>
    )
  if (query.isError) return <Refusal problem={query.error} />
  if (!query.data) return <Skeleton height={220} radius="lg" />
  const simulation = query.data
  return (
    <div className={classes.result} data-stale={query.isPlaceholderData || undefined} aria-live="polite">
      <Receipt simulation={simulation} />
      <RefusedCodes codes={simulation.refused_codes} />
      <Earned simulation={simulation} known={basket.customer !== undefined} />
      <section>
        <h3 className={classes.heading}>Why</h3>
        <Decisions decisions={withoutRefused(simulation)} highlight={highlight} />
      </section>
    </div>
  )
}

/** Codes that are refused are told above, each by itself. */
function withoutRefused({ decisions, refused_codes: refused }: Simulation): Simulation['decisions'] {
  const codes = new Set(refused.map(({ code }) => code))
  return decisions.filter(({ subject, fired, name }) => fired || subject !== 'reward' || !codes.has(name))
}

function Receipt({ simulation }: { simulation: Simulation }) {
  const money = (minor: number) => formatMoney(minor, simulation.currency)
  return (
    <table className={classes.receipt} aria-label="Receipt">
      <tbody>
        {simulation.lines.map((line) => (
          <tr key={line.position}>
            <td>
              {line.name}
              {line.quantity !== 1 && <span className="faint"> × {formatCount(line.quantity)}</span>}
            </td>
            <td>
              {line.discount_minor > 0 && <s className={classes.before}>{money(line.total_minor)}</s>}
              {money(line.total_minor - line.discount_minor)}
            </td>
          </tr>
        ))}
        {simulation.discounts.map((discount) => (
          <tr key={`${discount.code} ${discount.name}`}>
            <td>
              {discount.name}
              <span className={classes.sub}>{discountNote(discount)}</span>
            </td>
            <td className={classes.off}>
              {discount.amount_minor > 0 ? `−${money(discount.amount_minor)}` : 'handed over'}
            </td>
          </tr>
        ))}
        {simulation.gift_cards.map((card) => (
          <tr key={card.code}>
            <td>
              {card.name}
              <span className={classes.sub}>gift card {card.code} pays</span>
            </td>
            <td className={classes.off}>{money(card.amount_minor)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">To pay</th>
          <td>{money(simulation.payable_minor)}</td>
        </tr>
      </tfoot>
    </table>
  )
}

function discountNote({ code, times, is_tier: isTier, points_cost: cost }: Simulation['discounts'][number]): string {
  if (isTier) return 'discount of the tier, in the prices above'
  const parts = [code, times > 1 && `${times} times`, cost > 0 && `for ${formatCount(cost)} points`]
  return `${parts.filter(Boolean).join(', ')}, in the prices above`
}

function Earned({ simulation, known }: { simulation: Simulation; known: boolean }) {
  const { points_earned: points, credit_earned_minor: credit, currency } = simulation
  return (
    <div className={classes.points}>
      <span>{known ? 'Earns' : 'Earns nothing: nobody is named'}</span>
      {known && (
        <b>
          {formatCount(points)} {points === 1 ? 'point' : 'points'}
          {credit > 0 && ` and ${formatMoney(credit, currency)}`}
        </b>
      )}
    </div>
  )
}

function RefusedCodes({ codes }: { codes: Simulation['refused_codes'] }) {
  const names = useNames()
  if (codes.length === 0) return null
  return (
    <ul className={classes.refused}>
      {codes.map(({ code, reason }) => (
        <li key={code}>
          <b>{code}</b>: {refusalSentence(reason, {}, names)}
        </li>
      ))}
    </ul>
  )
}
