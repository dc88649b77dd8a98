import { Button, Progress, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { remove } from '../../api/client.ts'
import { standingQuery, tiersQuery, vouchersQuery } from '../../api/loyalty-queries.ts'
import type { Tier, TierStanding } from '../../api/loyalty-types.ts'
import { formatCount, formatDate, formatDay, formatMoney } from '../../app/format.ts'
import { useMay, useSession } from '../../app/session.ts'
import { localOf } from '../../app/zones.ts'
import { FormModal, tell } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import { VoucherRow } from '../loyalty/voucher-row.tsx'
import vouchers from '../loyalty/vouchers.module.css'
import { GiveTier } from './give-tier.tsx'
import classes from './loyalty.module.css'

/** Where the customer stands, and what they may use. */
export function Loyalty({ customerId }: { customerId: number }) {
  return (
    <>
      <Standing customerId={customerId} />
      <CustomerVouchers customerId={customerId} />
    </>
  )
}

function Standing({ customerId }: { customerId: number }) {
  const query = useQuery(standingQuery(customerId))
  const tiers = useQuery(tiersQuery).data ?? []
  const may = useMay('loyalty')
  const [giving, dialog] = useDisclosure(false)
  const hasNone = query.data && !query.data.tier && !query.data.next
  // A shop without tiers has nothing to show or to give.
  if (hasNone && tiers.length === 0) return null
  return (
    <Card
      title="Tier"
      className={classes.card}
      aside={
        may &&
        query.data && (
          <Button variant="subtle" size="compact-sm" onClick={dialog.open}>
            Give a tier
          </Button>
        )
      }
    >
      {query.isPending && <Skeleton height={54} />}
      {query.isError && <Failed problem={query.error} retry={() => void query.refetch()} />}
      {query.data && <Way standing={query.data} />}
      {query.data?.is_given && <Given customerId={customerId} standing={query.data} may={may} />}
      {query.data && <GiveTier customerId={customerId} standing={query.data} opened={giving} close={dialog.close} />}
    </Card>
  )
}

function Way({ standing }: { standing: TierStanding }) {
  const { currency } = useSession().tenant
  const { tier, next, to_next: toNext, to_keep: toKeep, keep_by: keepBy } = standing
  const amount = (value: number, of: Tier) =>
    of.settings.measure === 'spend' ? formatMoney(value, currency) : `${formatCount(value)} points`
  const share = next && next.threshold > 0 ? Math.max(0, 1 - toNext / next.threshold) * 100 : 0
  return (
    <div className={classes.way}>
      <div className={classes.names}>
        <b>{tier?.name ?? 'No tier yet'}</b>
        {next && <span className="muted">{next.name}</span>}
      </div>
      {next && <Progress value={share} color="var(--points)" size={8} aria-label={`The way to ${next.name}`} />}
      <p className="muted">
        {next ? `${amount(toNext, next)} to ${next.name}.` : 'The highest tier.'}
        {!standing.is_given &&
          tier &&
          toKeep > 0 &&
          ` ${amount(toKeep, tier)} more${keepBy ? ` by ${formatDate(keepBy)}` : ''} to keep ${tier.name}.`}
      </p>
    </div>
  )
}

interface GivenProps {
  readonly customerId: number
  readonly standing: TierStanding
  readonly may: boolean
}

/** Why and until when it was given by hand, and the way to take it back. */
function Given({ customerId, standing, may }: GivenProps) {
  const zone = useSession().tenant.time_zone
  const queryClient = useQueryClient()
  const [asking, question] = useDisclosure(false)
  const { keep_by: until, tier, given } = standing
  const record = given.findLast((one) => one.tier_id === tier?.id)
  const takeBack = useMutation({
    mutationFn: () => remove(`/customers/${customerId}/tier`),
    onSuccess: async () => {
      question.close()
      tell('It is taken back.')
      await queryClient.invalidateQueries({ queryKey: ['customer', customerId] })
    },
  })
  // The end is not included: the last day is the one before.
  const lastDay = until && localOf(new Date(Date.parse(until) - 1).toISOString(), zone).slice(0, 10)
  return (
    <div className={classes.given}>
      <p>
        Given by hand{record && ` on ${formatDate(record.valid_from)}`}
        {lastDay ? `, until ${formatDay(lastDay, true)}` : ', without an end'}.
      </p>
      {record?.note && <p className={classes.note}>{record.note}</p>}
      {may && (
        <Button variant="subtle" color="gray" size="compact-sm" onClick={question.open}>
          Take the tier back
        </Button>
      )}
      <FormModal
        title={`Take ${tier?.name ?? 'the tier'} back?`}
        note="It ends now; what was earned counts again."
        opened={asking}
        close={question.close}
        submitLabel="Take it back"
        danger
        busy={takeBack.isPending}
        problem={takeBack.error}
        submit={() => takeBack.mutate()}
      />
    </div>
  )
}

function CustomerVouchers({ customerId }: { customerId: number }) {
  const query = useInfiniteQuery(vouchersQuery({ customer_id: String(customerId) }))
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  if (query.isError)
    return (
      <Card title="Vouchers" className={classes.card}>
        <Failed problem={query.error} retry={() => void query.refetch()} />
      </Card>
    )
  // Most customers have none; an empty card would only be in the way.
  if (items.length === 0) return null
  return (
    <Card title="Vouchers" className={classes.card}>
      <ul className={vouchers.rows}>
        {items.map((voucher) => (
          <VoucherRow key={voucher.id} voucher={voucher} of="customer" />
        ))}
      </ul>
    </Card>
  )
}
