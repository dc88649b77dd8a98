import { Button, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { remove } from '../../api/client.ts'
import { apiKeysQuery } from '../../api/queries.ts'
import type { ApiKey } from '../../api/types.ts'
import { formatAgo, formatDate } from '../../app/format.ts'
import { Copy } from '../../components/copy.tsx'
import { FormModal, tell } from '../../components/form.tsx'
import { NewKey } from '../../components/new-key.tsx'
import { Card } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { Tag } from '../../components/tag.tsx'
import classes from './page.module.css'

export function ApiKeys() {
  const [creating, creation] = useDisclosure(false)
  const [issued, setIssued] = useState<string>()
  const [revoking, setRevoking] = useState<ApiKey>()
  const columns: Column<ApiKey>[] = [
    {
      name: 'Key',
      show: (key) => (
        <span className={classes.two}>
          <b>{key.name}</b>
          <span className="small faint mono">{key.prefix ?? key.key_prefix}…</span>
        </span>
      ),
    },
    {
      name: 'Made',
      width: '150px',
      onPhone: false,
      show: (key) => <span className="muted">{formatDate(key.created_at)}</span>,
    },
    {
      name: 'Last used',
      width: '160px',
      onPhone: false,
      show: (key) => <span className="muted">{key.last_used_at ? formatAgo(key.last_used_at) : 'never'}</span>,
    },
    {
      name: 'Access',
      align: 'right',
      width: '130px',
      show: (key) =>
        key.revoked_at ? (
          <Tag>Revoked</Tag>
        ) : (
          <Button variant="default" size="compact-sm" onClick={() => setRevoking(key)}>
            Revoke
          </Button>
        ),
    },
  ]
  return (
    <>
      <div className={classes.bar}>
        <span className="muted">Keys of the Regulars API. A key is shown once; only its fingerprint is kept.</span>
        <Button leftSection={<IconPlus size={16} />} onClick={creation.open}>
          New key
        </Button>
      </div>
      <Card flush>
        <Table
          label="API keys"
          query={useInfiniteQuery(apiKeysQuery)}
          columns={columns}
          keyOf={(key) => key.id}
          empty={<Empty icon={<IconKey size={20} />} title="No key yet" />}
        />
      </Card>
      <NewKey opened={creating} close={creation.close} show={setIssued} />
      <IssuedKey value={issued} close={() => setIssued(undefined)} />
      <RevokeKey apiKey={revoking} close={() => setRevoking(undefined)} />
    </>
  )
}

function IssuedKey({ value, close }: { value: string | undefined; close: () => void }) {
  return (
    <Modal opened={value !== undefined} onClose={close} title="Copy the key now" size={460}>
      <div className={classes.form}>
        <p className="muted">It cannot be shown again.</p>
        {value && (
          <div className={classes.secret}>
            <span className="mono">{value}</span>
            <Copy value={value} label="Copy the key" />
          </div>
        )}
        <Button onClick={close}>Done</Button>
      </div>
    </Modal>
  )
}

function RevokeKey({ apiKey, close }: { apiKey: ApiKey | undefined; close: () => void }) {
  const queryClient = useQueryClient()
  const revoke = useMutation({
    mutationFn: (id: number) => remove(`/api-keys/${id}`),
    onSuccess: async () => {
      close()
      tell('The key opens nothing any more.')
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] })
    },
  })
  return (
    <FormModal
      title={`Revoke “${apiKey?.name ?? ''}”?`}
      note="Whatever uses it is shut out at once. A revoked key cannot come back."
      opened={apiKey !== undefined}
      close={close}
      submitLabel="Revoke"
      danger
      busy={revoke.isPending}
      problem={revoke.error}
      submit={() => apiKey && revoke.mutate(apiKey.id)}
    />
  )
}
