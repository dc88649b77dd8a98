import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'
import { remove } from '../api/client.ts'
import { sessionQuery } from '../api/queries.ts'
import type { Session, StaffRole } from '../api/types.ts'
import { type Place, places } from './navigation.ts'

/** Only below the signed-in part of the router, which has loaded it. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery)
  if (!data) throw new Error('the router lets nobody in here without a session')
  return data
}

export function useSignOut(): () => Promise<void> {
  const queryClient = useQueryClient()
  const router = useRouter()
  return async () => {
    await remove('/session')
    await router.navigate({ to: '/sign-in', search: { to: undefined } })
    queryClient.clear()
  }
}

const rolesThat = {
  customers: ['owner', 'admin', 'marketer', 'cashier'],
  erase: ['owner', 'admin'],
  lists: ['owner', 'admin', 'marketer'],
  purchases: ['owner', 'admin', 'cashier'],
  loyalty: ['owner', 'admin', 'marketer'],
  vouchers: ['owner', 'admin', 'marketer', 'cashier'],
  value: ['owner', 'admin', 'cashier'],
  till: ['owner', 'admin', 'cashier'],
  settings: ['owner', 'admin'],
} as const satisfies Readonly<Record<string, readonly StaffRole[]>>

/** What somebody may not do is not offered to them; the server refuses it all the same. */
export function useMay(what: keyof typeof rolesThat): boolean {
  const roles: readonly StaffRole[] = rolesThat[what]
  return roles.includes(useSession().user.role)
}

/** The pages of the side bar that are of use to whoever is signed in. */
export function usePlaces(): readonly Place[] {
  const { role } = useSession().user
  return useMemo(() => places.filter(({ roles }) => roles.includes(role)), [role])
}

/** Where somebody starts: at the till, or with the figures. */
export function homeOf(role: StaffRole): string {
  return role === 'cashier' ? '/cashier' : '/'
}
