import { Button, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import { codePoolsQuery } from '../../api/loyalty-queries.ts'
import type { CodePool } from '../../api/loyalty-types.ts'
import { formatCount } from '../../app/format.ts'
import { useMay } from '../../app/session.ts'
import { FormModal, tell } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import editor from './editor.module.css'
import classes from './vouchers.module.css'

/** Codes that were printed or bought; vouchers take them one after the other. */
export function CodePools() {
  const query = useQuery(codePoolsQuery)
  const may = useMay('loyalty')
  const [filling, setFilling] = useState<CodePool | 'new'>()
  return (
    <Card
      title="Code pools"
      aside={
        may && (
          <Button variant="subtle" size="compact-sm" onClick={() => setFilling('new')}>
            New pool
          </Button>
        )
      }
    >
      {query.isError && <Failed problem={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && (
        <p className="muted">No pool. Vouchers draw their codes, unless a reward takes printed ones from a pool.</p>
      )}
      <ul className={classes.rows}>
        {query.data?.map((pool) => (
          <li key={pool.id} className={classes.row}>
            <span className={classes.grow}>
              <b>{pool.name}</b>
              <span className={classes.sub}>
                {formatCount(pool.free)} free, {formatCount(pool.used)} given
              </span>
            </span>
            {may && (
              <Button variant="default" size="xs" onClick={() => setFilling(pool)}>
                Add codes
              </Button>
            )}
          </li>
        ))}
      </ul>
      <FillDialog key={filling === 'new' ? 'new' : filling?.id} pool={filling} close={() => setFilling(undefined)} />
    </Card>
  )
}

function FillDialog({ pool, close }: { pool: CodePool | 'new' | undefined; close: () => void }) {
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const codes = text.split(/[\s,;]+/).filter((code) => code !== '')
  const fill = useMutation({
    mutationFn: async () => {
      const { id } = pool === 'new' || !pool ? await post<CodePool>('/code-pools', { name: name.trim() }) : pool
      if (codes.length === 0) return { added: 0, duplicates: 0 }
      return post<{ added: number; duplicates: number }>(`/code-pools/${id}/codes`, { codes })
    },
    onSuccess: async ({ added, duplicates }) => {
      close()
      tell(
        `${formatCount(added)} codes added${duplicates > 0 ? `, ${formatCount(duplicates)} were there already` : ''}.`,
      )
      await queryClient.invalidateQueries({ queryKey: codePoolsQuery.queryKey })
    },
  })
  return (
    <FormModal
      title={pool === 'new' ? 'New code pool' : `Add codes to ${pool?.name ?? ''}`}
      opened={pool !== undefined}
      close={close}
      submitLabel={pool === 'new' ? 'Create' : 'Add'}
      busy={fill.isPending}
      problem={fill.error}
      disabled={pool === 'new' ? name.trim() === '' : codes.length === 0}
      submit={() => fill.mutate()}
    >
      <div className={editor.stack}>
        {pool === 'new' && (
          <TextInput
            label="Name"
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <Textarea
          label="Codes"
          description="One a line, or parted by commas. Those that are there already are left."
          autosize
          minRows={5}
          maxRows={14}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {codes.length > 0 && <p className="muted small">{formatCount(codes.length)} codes</p>}
      </div>
    </FormModal>
  )
}
