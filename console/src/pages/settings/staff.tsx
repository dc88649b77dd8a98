import { Button, PasswordInput, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { patch, post } from '../../api/client.ts'
import { staffQuery } from '../../api/queries.ts'
import type { StaffUser } from '../../api/types.ts'
import { formatAgo } from '../../app/format.ts'
import { roleNames } from '../../app/names.ts'
import { useSession } from '../../app/session.ts'
import { FormModal, fieldError, tell, tellFailure } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { Tag } from '../../components/tag.tsx'
import classes from './page.module.css'

export function Staff() {
  const { user } = useSession()
  const [opened, dialog] = useDisclosure(false)
  const queryClient = useQueryClient()
  const turn = useMutation({
    mutationFn: ({ id, state }: Pick<StaffUser, 'id' | 'state'>) => patch(`/staff/${id}`, { state }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['staff'] }),
    onError: tellFailure,
  })
  const columns: Column<StaffUser>[] = [
    {
      name: 'Person',
      show: (staff) => (
        <span className={classes.two}>
          <b>{staff.name}</b>
          <span className="small faint">{staff.email}</span>
          <span className="small faint only-on-phone">{roleNames[staff.role] ?? staff.role}</span>
        </span>
      ),
    },
    { name: 'Role', width: '150px', onPhone: false, show: (staff) => roleNames[staff.role] ?? staff.role },
    {
      name: 'Last seen',
      width: '160px',
      onPhone: false,
      show: (staff) => <span className="muted">{staff.last_login_at ? formatAgo(staff.last_login_at) : 'never'}</span>,
    },
    {
      name: 'Access',
      align: 'right',
      width: '130px',
      show: (staff) =>
        staff.id === user.id ? (
          <Tag tone="brand">You</Tag>
        ) : (
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => turn.mutate({ id: staff.id, state: staff.state === 'active' ? 'disabled' : 'active' })}
          >
            {staff.state === 'active' ? 'Disable' : 'Enable'}
          </Button>
        ),
    },
  ]
  return (
    <>
      <div className={classes.bar}>
        <span className="muted">Who may sign in here, and with which rights.</span>
        <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>
          Add
        </Button>
      </div>
      <Card flush>
        <Table
          label="Staff"
          query={useInfiniteQuery(staffQuery)}
          columns={columns}
          keyOf={(staff) => staff.id}
          empty={<Empty icon={<IconUsers size={20} />} title="Nobody yet" />}
        />
      </Card>
      <NewStaff opened={opened} close={dialog.close} />
    </>
  )
}

function NewStaff({ opened, close }: { opened: boolean; close: () => void }) {
  const queryClient = useQueryClient()
  const form = useForm({ initialValues: { name: '', email: '', role: 'cashier', password: '' } })
  const create = useMutation({
    mutationFn: () => post('/staff', form.values),
    onSuccess: async () => {
      close()
      tell(`${form.values.name} can sign in now.`)
      form.reset()
      await queryClient.invalidateQueries({ queryKey: ['staff'] })
    },
  })
  return (
    <FormModal
      title="Add somebody"
      opened={opened}
      close={close}
      submitLabel="Add"
      busy={create.isPending}
      problem={create.error}
      disabled={!form.values.name || !form.values.email || !form.values.password}
      submit={() => create.mutate()}
    >
      <TextInput label="Name" data-autofocus {...form.getInputProps('name')} error={fieldError(create.error, 'name')} />
      <TextInput
        label="E-mail"
        type="email"
        {...form.getInputProps('email')}
        error={fieldError(create.error, 'email')}
      />
      <Select
        label="Role"
        allowDeselect={false}
        data={Object.entries(roleNames).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps('role')}
      />
      <PasswordInput
        label="First password"
        description="Tell it to them; they can change it later."
        autoComplete="new-password"
        {...form.getInputProps('password')}
        error={fieldError(create.error, 'password')}
      />
    </FormModal>
  )
}
