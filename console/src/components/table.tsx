import { Button, Skeleton } from '@mantine/core'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import type { KeyboardEvent, ReactNode } from 'react'
import type { Page } from '../api/types.ts'
import { Failed } from './states.tsx'
import classes from './table.module.css'

export interface Column<T> {
  readonly name: string
  readonly show: (row: T) => ReactNode
  readonly align?: 'right'
  readonly width?: string
  /** False: left out where there is no room for it. On a tablet implies on a phone. */
  readonly onPhone?: false
  readonly onTablet?: false
}

interface TableProps<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly query: UseInfiniteQueryResult<InfiniteData<Page<T>>>
  readonly keyOf: (row: T) => string | number
  readonly empty: ReactNode
  readonly current?: (row: T) => boolean
}

function hiddenOn({ onPhone, onTablet }: Pick<Column<never>, 'onPhone' | 'onTablet'>): string | undefined {
  if (onTablet === false) return 'not-on-tablet'
  return onPhone === false ? 'not-on-phone' : undefined
}

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

/**
 * A list by pages: skeleton, failure, emptiness, rows and "show more" in one place. A row opens by the `RowLink` in its first
 * cell, which covers the row; the arrow keys walk from one to the next.
 */
export function Table<T>({ label, columns, query, keyOf, empty, current }: TableProps<T>) {
  if (query.isError) return <Failed problem={query.error} retry={() => void query.refetch()} />
  const rows = query.data?.pages.flatMap((page) => page.items)
  if (rows?.length === 0) return empty
  return (
    <div className={classes.frame} data-stale={query.isPlaceholderData || undefined}>
      <table className={classes.table} aria-label={label} aria-busy={query.isPending} onKeyDown={walkRows}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className={hiddenOn(column)}
                data-align={column.align}
                style={{ width: column.width }}
              >
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {!rows && SKELETON_ROWS.map((key) => <SkeletonRow key={key} columns={columns} />)}
          {rows?.map((row) => (
            <tr key={keyOf(row)} data-current={current?.(row) || undefined}>
              {columns.map((column) => (
                <td key={column.name} className={hiddenOn(column)} data-align={column.align}>
                  {column.show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {query.hasNextPage && (
        <div className={classes.more}>
          <Button
            variant="subtle"
            size="compact-sm"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
    </div>
  )
}

function SkeletonRow<T>({ columns }: { columns: readonly Column<T>[] }) {
  return (
    <tr>
      {columns.map((column, index) => (
        <td key={column.name} className={hiddenOn(column)}>
          <Skeleton height={14} my={9} width={index === 0 ? '70%' : '55%'} ml={column.align === 'right' ? 'auto' : 0} />
        </td>
      ))}
    </tr>
  )
}

/** The class of the link or button that makes its whole row a target. */
export const rowLink = classes.rowLink ?? ''

/** Of a table, or of a list whose links are marked as rows. */
const anyRow = `.${CSS.escape(rowLink)}, [data-row]`

/** Moves the focus to the row above or below; from the first one back to the search field. */
export function walkRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>(anyRow)]
  const at = links.indexOf(document.activeElement as HTMLElement) // An element that is not in the list is -1, as for any other.
  if (at < 0) return
  event.preventDefault()
  if (at + step < 0) document.querySelector<HTMLInputElement>('[data-page-search]')?.focus()
  else links[at + step]?.focus()
}

export function focusFirstRow(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
  // Rows of the search before are still shown while the next ones are fetched; they are not what is meant.
  const first = [...document.querySelectorAll<HTMLElement>(anyRow)].find((row) => !row.closest('[data-stale]'))
  if (!first) return
  event.preventDefault()
  if (event.key === 'Enter') first.click()
  else first.focus()
}
