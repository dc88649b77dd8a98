import { IconRosetteDiscountCheckFilled } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import type { Address, Customer } from '../../api/types.ts'
import { formatDay, sentence } from '../../app/format.ts'
import { identityNames } from '../../app/names.ts'
import { Card } from '../../components/page.tsx'
import { Tag } from '../../components/tag.tsx'
import classes from './profile.module.css'

/** Who the customer is: what leads to them, where they live, what is known of them. */
export function Profile({ customer }: { customer: Customer }) {
  return (
    <Card title="Identity">
      <dl className={classes.facts}>
        {customer.identities.map((identity) => (
          <Fact
            key={identity.id}
            name={identity.source ? `${sentence(identity.source)} id` : identityNames[identity.kind]}
            value={
              <span className={classes.identity}>
                <span className={identity.kind === 'email' || identity.kind === 'phone' ? undefined : 'code'}>
                  {identity.value}
                </span>
                {identity.verified_at && (
                  <span title="Verified" className={classes.verified}>
                    <IconRosetteDiscountCheckFilled size={15} aria-label="verified" />
                  </span>
                )}
              </span>
            }
          />
        ))}
        {customer.identities.length === 0 && <Fact name="Identities" value={<span className="faint">none</span>} />}
        {customer.company_name && <Fact name="Company" value={customer.company_name} />}
        {customer.birthday && <Fact name="Birthday" value={formatDay(customer.birthday, true)} />}
        {customer.gender && <Fact name="Gender" value={sentence(customer.gender)} />}
        {customer.language && <Fact name="Language" value={languageName(customer.language)} />}
        {customer.addresses.map((address) => (
          <Fact key={address.id} name={`${sentence(address.kind)} address`} value={<Lines address={address} />} />
        ))}
        <Attributes attributes={customer.attributes} />
        {customer.source_records.length > 0 && <Fact name="Came from" value={sourcesOf(customer)} />}
        {customer.lists.length > 0 && <Fact name="Lists" value={<Lists customer={customer} />} />}
      </dl>
    </Card>
  )
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Attributes({ attributes }: { attributes: Customer['attributes'] }) {
  const entries = Object.entries(attributes).filter(([, value]) => value !== null && value !== '')
  return entries.map(([name, value]) => (
    <Fact key={name} name={sentence(name)} value={typeof value === 'object' ? JSON.stringify(value) : String(value)} />
  ))
}

function Lines({ address }: { address: Address }) {
  const town = [address.postal_code, address.city].filter(Boolean).join(' ')
  const lines = [address.line1, address.line2, town, address.country].filter((line) => line)
  return lines.map((line, index) => (
    <Fragment key={line}>
      {index > 0 && <br />}
      {line}
    </Fragment>
  ))
}

function Lists({ customer }: { customer: Customer }) {
  return (
    <span className={classes.lists}>
      {customer.lists.map((list) => (
        <Link key={list.list_id} to="/lists/$listId" params={{ listId: String(list.list_id) }} className={classes.list}>
          <Tag tone={list.state === 'active' ? 'brand' : 'plain'}>
            {list.name}
            {list.state !== 'active' && ` · ${list.state}`}
          </Tag>
        </Link>
      ))}
    </span>
  )
}

function sourcesOf(customer: Customer): string {
  return [...new Set(customer.source_records.map((record) => sentence(record.source)))].join(', ')
}

function languageName(code: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}
