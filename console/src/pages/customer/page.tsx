import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Navigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { balancesQuery, customerQuery } from '../../api/queries.ts'
import { customerName } from '../../app/names.ts'
import { backLink, Card, Page } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import { AdjustDialog } from './adjust-dialog.tsx'
import { Balances } from './balances.tsx'
import { EditDialog } from './edit-dialog.tsx'
import { EraseDialog } from './erase-dialog.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { type CustomerDialog, CustomerHeader } from './header.tsx'
import { Loyalty } from './loyalty.tsx'
import { MergeDialog } from './merge-dialog.tsx'
import classes from './page.module.css'
import { Permissions } from './permissions.tsx'
import { Profile } from './profile.tsx'
import { Timeline } from './timeline.tsx'

export function CustomerPage() {
  const { customerId } = useParams({ from: '/app/customers/$customerId' })
  // A fresh page for each customer: no dialogue or filter is carried over.
  return <CustomerOf key={customerId} id={Number(customerId)} />
}

function CustomerOf({ id }: { id: number }) {
  const query = useQuery(customerQuery(id))
  const balances = useQuery(balancesQuery(id))
  const [dialog, setDialog] = useState<CustomerDialog>()
  const customer = query.data
  const close = () => setDialog(undefined)
  return (
    <Page title={customer ? customerName(customer) : 'Customer'} bare={!query.isError}>
      {query.isError ? (
        <Card>
          <Failed problem={query.error} retry={() => void query.refetch()} />
        </Card>
      ) : (
        <Link to="/customers" className={backLink}>
          Customers
        </Link>
      )}
      {query.isPending && <CustomerSkeleton />}
      {customer && customer.id !== id && (
        // Merged: the address leads on to the customer that lives on.
        <Navigate to="/customers/$customerId" params={{ customerId: String(customer.id) }} replace />
      )}
      {customer && (
        <>
          <CustomerHeader customer={customer} open={setDialog} />
          <div className={classes.columns}>
            <div className={classes.left}>
              <Balances query={balances} />
              {customer.state !== 'erased' && <Loyalty customerId={customer.id} />}
              <Profile customer={customer} />
              {customer.state !== 'erased' && <Permissions customer={customer} />}
            </div>
            <Timeline customerId={customer.id} />
          </div>
          <AdjustDialog
            customer={customer}
            balances={balances.data?.items}
            opened={dialog === 'adjust'}
            close={close}
          />
          <EditDialog customer={customer} opened={dialog === 'edit'} close={close} />
          <MergeDialog customer={customer} opened={dialog === 'merge'} close={close} />
          <ExportDialog customer={customer} opened={dialog === 'export'} close={close} />
          <EraseDialog customer={customer} opened={dialog === 'erase'} close={close} />
        </>
      )}
    </Page>
  )
}

function CustomerSkeleton() {
  return (
    <div role="status">
      <span className="visually-hidden">Loading</span>
      <div className={classes.header}>
        <Skeleton circle height={60} />
        <div className={classes.skeletonName}>
          <Skeleton height={24} width={200} mb={8} />
          <Skeleton height={14} width={280} />
        </div>
      </div>
      <div className={classes.columns}>
        <div className={classes.left}>
          <Skeleton height={130} radius="lg" />
          <Skeleton height={260} radius="lg" />
        </div>
        <Skeleton height={520} radius="lg" />
      </div>
    </div>
  )
}
