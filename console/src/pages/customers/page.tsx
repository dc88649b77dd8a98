import { Button } from '@mantine/core'
import { IconPlus, IconUserSearch, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { customersQuery } from '../../api/queries.ts'
import type { CustomerSummary } from '../../api/types.ts'
import { formatAgo, formatCount, formatMoney } from '../../app/format.ts'
import { customerName } from '../../app/names.ts'
import { useMay, useSession } from '../../app/session.ts'
import { CustomerAvatar } from '../../components/customer-avatar.tsx'
import { Card, Page } from '../../components/page.tsx'
import { SearchField } from '../../components/search-field.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, focusFirstRow, rowLink, Table } from '../../components/table.tsx'
import { NewCustomer } from './new-customer.tsx'
import classes from './page.module.css'

export function CustomersPage() {
  const { q = '', create } = useSearch({ from: '/app/customers' })
  const navigate = useNavigate({ from: '/customers' })
  const { tenant } = useSession()
  const may = useMay('customers')
  const query = useInfiniteQuery(customersQuery(q))
  const total = query.data?.pages[0]?.total
  const openNew = (open: boolean) => void navigate({ search: { q: q || undefined, create: open || undefined } })
  return (
    <Page
      title="Customers"
      note={total === undefined ? '\u00a0' : `${formatCount(total)} ${q ? 'found' : 'in all, newest first'}`}
      actions={
        may && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => openNew(true)}>
            New customer
          </Button>
        )
      }
    >
      <div className={classes.bar}>
        <SearchField
          label="Name, e-mail, phone, card or code"
          value={q}
          onSearch={(text) => void navigate({ search: { q: text || undefined }, replace: true })}
          onKeyDown={focusFirstRow}
        />
      </div>
      <Card flush>
        <Table
          label="Customers"
          query={query}
          columns={columnsFor(tenant.currency)}
          keyOf={(customer) => customer.id}
          empty={<NoCustomers text={q} create={may ? () => openNew(true) : undefined} />}
        />
      </Card>
      <NewCustomer opened={create === true && may} close={() => openNew(false)} />
    </Page>
  )
}

function columnsFor(currency: string): Column<CustomerSummary>[] {
  return [
    { name: 'Customer', show: (customer) => <Who customer={customer} /> },
    {
      name: 'Code',
      onTablet: false,
      width: '180px',
      show: (customer) => <span className="code muted">{customer.code}</span>,
    },
    {
      name: 'Last purchase',
      onPhone: false,
      width: '150px',
      show: (customer) =>
        customer.last_purchase_at ? (
          <span className="muted">{formatAgo(customer.last_purchase_at)}</span>
        ) : (
          <span className="faint">none yet</span>
        ),
    },
    {
      name: 'Bought',
      align: 'right',
      onPhone: false,
      width: '120px',
      show: ({ purchases_total_minor: total, purchases_currency: bought }) => (
        <span className={total === 0 ? classes.nothing : undefined}>{formatMoney(total, bought ?? currency)}</span>
      ),
    },
    {
      name: 'Points',
      align: 'right',
      width: '96px',
      show: ({ points_balance: points }) => (
        <span className={points === 0 ? classes.nothing : classes.points}>{formatCount(points)}</span>
      ),
    },
  ]
}

function Who({ customer }: { customer: CustomerSummary }) {
  return (
    <Link to="/customers/$customerId" params={{ customerId: String(customer.id) }} className={rowLink}>
      <CustomerAvatar customer={customer} />
      <span className={classes.who}>
        <span className={classes.name}>{customerName(customer)}</span>
        <Contact customer={customer} />
      </span>
    </Link>
  )
}

/** Or what tells somebody without one from others; the code where it has no column of its own. */
function Contact({ customer }: { customer: CustomerSummary }) {
  const contact = customer.email ?? customer.phone
  if (contact && contact !== customerName(customer)) return <span className={classes.contact}>{contact}</span>
  if (customer.state === 'anonymous') return <span className={classes.contact}>not identified</span>
  return <span className={`${classes.contact} only-on-tablet`}>{customer.code}</span>
}

function NoCustomers({ text, create }: { text: string; create: (() => void) | undefined }) {
  if (text) {
    return (
      <Empty icon={<IconUserSearch size={20} />} title={`Nobody matches “${text}”`}>
        Part of a name is enough; an e-mail, a phone or a card number works too.
      </Empty>
    )
  }
  return (
    <Empty
      icon={<IconUsers size={20} />}
      title="Nobody here yet"
      action={create && <Button onClick={create}>New customer</Button>}
    >
      Customers arrive through every connected API, by import, or one by one.
    </Empty>
  )
}
