import { SegmentedControl } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { IconCalendar, IconReceipt } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type PurchaseFilter, purchasesQuery } from '../../api/queries.ts'
import type { PurchaseSummary } from '../../api/types.ts'
import { formatCount, formatDateTime, formatMoney } from '../../app/format.ts'
import { nameOf, sourceNames } from '../../app/names.ts'
import { Card, Page } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, focusFirstRow, rowLink, Table } from '../../components/table.tsx'
import classes from './page.module.css'
import { PurchaseDrawer } from './purchase-drawer.tsx'
import { PurchaseTags } from './purchase-tags.tsx'

export function PurchasesPage() {
  const { open, ...filter } = useSearch({ from: '/app/purchases' })
  const navigate = useNavigate({ from: '/purchases' })
  const query = useInfiniteQuery(purchasesQuery(filter))
  const change = (changes: PurchaseFilter) => void navigate({ search: { ...filter, ...changes }, replace: true })
  const filtered = Object.values(filter).some((value) => value !== undefined)
  return (
    <Page title="Purchases" note="Every sale and cancellation, whichever API reported it.">
      <Filters filter={filter} change={change} />
      <Card flush>
        <Table
          label="Purchases"
          query={query}
          columns={columns}
          keyOf={(purchase) => purchase.id}
          current={(purchase) => purchase.id === open}
          empty={<NoPurchases filtered={filtered} />}
        />
      </Card>
      <PurchaseDrawer id={open} close={() => void navigate({ search: filter })} />
    </Page>
  )
}

interface FiltersProps {
  readonly filter: PurchaseFilter
  readonly change: (changes: PurchaseFilter) => void
}

function Filters({ filter, change }: FiltersProps) {
  return (
    <div className={classes.bar}>
      <SearchField
        label="Purchase number"
        value={filter.q ?? ''}
        onSearch={(text) => change({ q: text || undefined })}
        onKeyDown={focusFirstRow}
      />
      <SegmentedControl
        aria-label="Kind"
        withItemsBorders={false}
        className={classes.kinds}
        data={[
          { value: '', label: 'All' },
          { value: 'sale', label: 'Sales' },
          { value: 'cancellation', label: 'Cancellations' },
          { value: 'adjustment', label: 'Adjustments' },
        ]}
        value={filter.kind ?? ''}
        onChange={(kind) => change({ kind: kind || undefined })}
      />
      <DatePickerInput
        type="range"
        aria-label="Days"
        placeholder="All days"
        className={classes.days}
        leftSection={<IconCalendar size={16} stroke={1.7} />}
        valueFormat="D MMM YYYY"
        clearable
        allowSingleDateInRange
        value={[filter.from ?? null, filter.to ?? null]}
        onChange={([from, to]) => change({ from: from ?? undefined, to: to ?? undefined })}
      />
    </div>
  )
}

const columns: Column<PurchaseSummary>[] = [
  { name: 'Purchase', show: (purchase) => <Opening purchase={purchase} /> },
  {
    name: 'Customer',
    onPhone: false,
    show: (purchase) => purchase.customer?.name ?? <span className="faint">without a customer</span>,
  },
  {
    name: 'From',
    onPhone: false,
    show: (purchase) => (
      <span className="muted">
        {[nameOf(purchase.store), sourceNames[purchase.source] ?? purchase.source].filter(Boolean).join(', ')}
      </span>
    ),
  },
  {
    name: 'Points',
    align: 'right',
    width: '90px',
    onPhone: false,
    show: (purchase) =>
      purchase.points_earned > 0 && <span className={classes.points}>+{formatCount(purchase.points_earned)}</span>,
  },
  {
    name: 'Total',
    align: 'right',
    width: '120px',
    show: (purchase) => <Total purchase={purchase} />,
  },
]

/** On a phone the points are below it, for want of a column. */
function Total({ purchase: { total_minor: total, currency, points_earned: points } }: { purchase: PurchaseSummary }) {
  return (
    <span className={classes.sum}>
      {total === null ? (
        <span className="faint">not told</span>
      ) : (
        <span className={classes.total}>{formatMoney(total, currency)}</span>
      )}
      {points > 0 && (
        <span className={`${classes.pointsBelow} only-on-phone`}>
          +{formatCount(points)} {points === 1 ? 'point' : 'points'}
        </span>
      )}
    </span>
  )
}

function Opening({ purchase }: { purchase: PurchaseSummary }) {
  return (
    <Link
      to="/purchases"
      search={(before) => ({ ...before, open: purchase.id })}
      className={rowLink}
      resetScroll={false}
      preload={false}
    >
      <span className={classes.opening}>
        <span className={classes.number}>
          <span className="code">{purchase.number}</span>
          <PurchaseTags purchase={purchase} />
          <span className={`${classes.buyer} only-on-phone`}>
            {purchase.customer?.name ?? <span className="faint">without a customer</span>}
          </span>
        </span>
        <span className={classes.when}>{formatDateTime(purchase.occurred_at)}</span>
      </span>
    </Link>
  )
}

function NoPurchases({ filtered }: { filtered: boolean }) {
  if (filtered) return <Empty icon={<IconReceipt size={20} />} title="No purchase fits these filters" />
  return (
    <Empty
      icon={<IconReceipt size={20} />}
      title="No purchases yet"
      action={
        <Link to="/connect" className="link">
          Connect a till or a shop
        </Link>
      }
    >
      The same order told by several APIs appears here once.
    </Empty>
  )
}
