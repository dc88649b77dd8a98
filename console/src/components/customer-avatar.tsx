import { IconEraser, IconUserQuestion } from '@tabler/icons-react'
import type { CustomerSummary } from '../api/types.ts'
import { customerName } from '../app/names.ts'
import classes from './customer-avatar.module.css'

interface CustomerAvatarProps {
  readonly customer: Pick<CustomerSummary, 'id' | 'name' | 'email' | 'phone' | 'code' | 'state'>
  readonly size?: number
}

const TINTS = 6

/** Initials on a tint that stays the customer's own. */
export function CustomerAvatar({ customer, size = 34 }: CustomerAvatarProps) {
  const nameless = customer.state === 'anonymous' || customer.state === 'erased'
  return (
    <span
      aria-hidden="true"
      className={classes.avatar}
      data-tint={nameless ? 'none' : customer.id % TINTS}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.37) }}
    >
      {customer.state === 'erased' && <IconEraser size={size * 0.5} stroke={1.6} />}
      {customer.state === 'anonymous' && <IconUserQuestion size={size * 0.55} stroke={1.6} />}
      {!nameless && initials(customerName(customer))}
    </span>
  )
}

function initials(name: string): string {
  const words = name.split(/[\s@.]+/).filter((word) => /^\p{L}/u.test(word))
  const first = words[0]?.charAt(0) ?? '#'
  const second = name.includes('@') ? '' : (words.at(-1)?.charAt(0) ?? '')
  return (words.length > 1 ? first + second : first).toUpperCase()
}
