import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { remove } from '../api/client.ts'
import { sessionQuery } from '../api/queries.ts'
import type { Session, StaffRole } from '../api/types.ts'

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

const rolesThat: Readonly<Record<'loyalty' | 'vouchers' | 'value' | 'settings', readonly StaffRole[]>> = {
  loyalty: ['owner', 'admin', 'marketer'],
  vouchers: ['owner', 'admin', 'marketer', 'cashier'],
  value: ['owner', 'admin', 'cashier'],
  settings: ['owner', 'admin'],
}

/** What somebody may not do is not offered to them; the server refuses it all the same. */
export function useMay(what: keyof typeof rolesThat): boolean {
  return rolesThat[what].includes(useSession().user.role)
}
