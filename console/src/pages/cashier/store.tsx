import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { allStoresQuery } from '../../api/loyalty-queries.ts'
import type { Choice } from '../../api/loyalty-types.ts'

const place = 'regulars.till.store'

export interface Store {
  readonly id: number | undefined
  readonly stores: readonly Choice[]
  readonly choose: (id: number | undefined) => void
}

/** Where this till stands: kept by the device. A shop with one store need not choose. */
export function useStore(): Store {
  const stores = useQuery(allStoresQuery).data ?? []
  const [chosen, setChosen] = useState(() => Number(localStorage.getItem(place)) || undefined)
  const known = stores.find(({ id }) => id === chosen)
  return {
    id: known?.id ?? (stores.length === 1 ? stores[0]?.id : undefined),
    stores,
    choose: (id) => {
      setChosen(id)
      if (id === undefined) localStorage.removeItem(place)
      else localStorage.setItem(place, String(id))
    },
  }
}

export function StorePicker({ store: { id, stores, choose } }: { store: Store }) {
  if (stores.length < 2) return null
  return (
    <Select
      aria-label="Store"
      placeholder="Which store?"
      size="md"
      w={190}
      clearable
      searchable
      data={stores.map((one) => ({ value: String(one.id), label: one.name }))}
      value={id === undefined ? null : String(id)}
      onChange={(value) => choose(value ? Number(value) : undefined)}
    />
  )
}
