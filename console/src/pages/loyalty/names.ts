import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { allStoresQuery, brandsQuery, categoriesQuery, segmentsQuery, tiersQuery } from '../../api/loyalty-queries.ts'
import type { Choice } from '../../api/loyalty-types.ts'
import { useSession } from '../../app/session.ts'
import type { Names } from './words.ts'

/** The names of what rules point at. Until they are there, and for what is no longer there, the number stands for the thing. */
export function useNames(): Names {
  const { currency } = useSession().tenant
  const { data: categories } = useQuery(categoriesQuery)
  const { data: brands } = useQuery(brandsQuery)
  const { data: tiers } = useQuery(tiersQuery)
  const { data: segments } = useQuery(segmentsQuery)
  const { data: stores } = useQuery(allStoresQuery)
  return useMemo(
    () => ({
      currency,
      category: nameIn(categories, 'category'),
      brand: nameIn(brands, 'brand'),
      tier: nameIn(tiers, 'tier'),
      segment: nameIn(segments, 'segment'),
      store: nameIn(stores, 'store'),
    }),
    [currency, categories, brands, tiers, segments, stores],
  )
}

function nameIn(choices: readonly Choice[] | undefined, kind: string): (id: number) => string {
  const names = new Map(choices?.map(({ id, name }) => [id, name]))
  return (id) => names.get(id) ?? `${kind} ${id}`
}
