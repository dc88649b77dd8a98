import { MultiSelect } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type UseQueryResult, useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { brandsQuery, categoriesQuery, foundCategoriesQuery, foundProductsQuery } from '../../api/loyalty-queries.ts'
import type { Choice } from '../../api/loyalty-types.ts'

interface IdsProps {
  readonly label: string
  readonly ids: readonly number[]
  readonly change: (ids: number[]) => void
  /** Shown where there is nothing to choose from. */
  readonly nothing: string
  readonly description?: string
}

interface ChoicesProps extends IdsProps {
  readonly choices: UseQueryResult<readonly Choice[]>
  readonly onSearch?: (text: string) => void
  readonly hideLabel?: boolean
}

/** Some of a list of named things, by id. What is chosen stays, even where its name is not known any more. */
export function ChoicesPicker({
  label,
  ids,
  change,
  nothing,
  choices,
  onSearch,
  description,
  hideLabel,
}: ChoicesProps) {
  const known = choices.data ?? []
  const missing = ids.filter((id) => !known.some((choice) => choice.id === id))
  const data = [...known, ...missing.map((id) => ({ id, name: `No. ${id}` }))]
  return (
    <MultiSelect
      {...(hideLabel ? { 'aria-label': label } : { label })}
      description={description}
      placeholder={ids.length === 0 ? 'Choose …' : undefined}
      data={data.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={ids.map(String)}
      onChange={(values) => change(values.map(Number))}
      onSearchChange={onSearch}
      searchable
      hidePickedOptions
      nothingFoundMessage={choices.isPending ? 'Loading …' : nothing}
    />
  )
}

export function CategoryPicker(props: IdsProps) {
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), 180)
  const first = useQuery(categoriesQuery)
  const found = useQuery({ ...foundCategoriesQuery(asked), enabled: asked !== '' })
  const extra = (found.data ?? []).filter(({ id }) => !first.data?.some((choice) => choice.id === id))
  const choices = { ...first, data: first.data && [...first.data, ...extra] } as typeof first // only the list grows
  return <ChoicesPicker {...props} choices={choices} onSearch={setText} />
}

export function BrandPicker(props: IdsProps) {
  return <ChoicesPicker {...props} choices={useQuery(brandsQuery)} />
}

interface CodesProps {
  readonly label: string
  readonly codes: readonly string[]
  readonly change: (codes: string[]) => void
}

const MOST_NAMED = 10

/** Products by name or code; a code that the catalogue does not know stays as it is. */
export function ProductPicker({ label, codes, change }: CodesProps) {
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), 180)
  const found = useQuery(foundProductsQuery(asked))
  const products = found.data ?? []
  const missing = codes.filter((code) => !products.some((product) => product.code === code))
  // What was chosen earlier keeps its name; beyond the first ones a code must do.
  const named = useQueries({ queries: missing.slice(0, MOST_NAMED).map(foundProductsQuery) }).flatMap(
    ({ data: found = [] }, at) => found.find(({ code }) => code === missing[at]) ?? [],
  )
  const known = [...products, ...named]
  const data = [
    ...known.map(({ code, name }) => ({ value: code, label: name === code ? code : `${name} · ${code}` })),
    ...missing
      .filter((code) => !named.some((product) => product.code === code))
      .map((code) => ({ value: code, label: code })),
  ]
  return (
    <MultiSelect
      label={label}
      placeholder={codes.length === 0 ? 'Name or code …' : undefined}
      data={data}
      value={[...codes]}
      onChange={change}
      searchValue={text}
      onSearchChange={setText}
      searchable
      hidePickedOptions
      nothingFoundMessage={found.isPending ? 'Loading …' : 'No product has this name or code'}
    />
  )
}
