import type { Channel, CustomerSummary, Identity, Purpose, StaffRole } from '../api/types.ts'

/** The words of the console for the server's words. */
export const channelNames: Readonly<Record<Channel, string>> = {
  email: 'E-mail',
  sms: 'SMS',
  web_push: 'Web push',
  mobile_push: 'App push',
}

export const purposeNames: Readonly<Record<Purpose, string>> = {
  bulk: 'Campaigns',
  chain: 'Automated',
  transactional: 'Service',
}

export const identityNames: Readonly<Record<Identity['kind'], string>> = {
  email: 'E-mail',
  phone: 'Phone',
  device: 'Device',
  card: 'Card',
  login: 'Login',
  social: 'Social account',
  external: 'External id',
}

export const roleNames: Readonly<Record<StaffRole, string>> = {
  owner: 'Owner',
  admin: 'Administrator',
  marketer: 'Marketer',
  cashier: 'Cashier',
  viewer: 'Viewer',
}

export const sourceNames: Readonly<Record<string, string>> = {
  till: 'Till',
  shop: 'E-shop',
  import: 'Import',
  api: 'API',
  newsletter: 'Newsletter',
  tracking: 'Tracking',
}

/** A customer always has something to be called by. */
export function customerName(customer: Pick<CustomerSummary, 'name' | 'email' | 'phone' | 'code' | 'state'>): string {
  if (customer.state === 'erased') return 'Erased customer'
  return (
    customer.name?.trim() ||
    customer.email ||
    customer.phone ||
    (customer.state === 'anonymous' ? 'Anonymous visitor' : `Customer ${customer.code}`)
  )
}

export function nameOf(thing: string | { readonly name: string } | null | undefined): string | null {
  if (!thing) return null
  return typeof thing === 'string' ? thing : thing.name
}
