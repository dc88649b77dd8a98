import { Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { patch } from '../../api/client.ts'
import type { Customer } from '../../api/types.ts'
import { FormModal, fieldError, tell } from '../../components/form.tsx'
import classes from './dialogs.module.css'

interface EditDialogProps {
  readonly customer: Customer
  readonly opened: boolean
  readonly close: () => void
}

export function EditDialog(props: EditDialogProps) {
  return <EditForm key={String(props.opened)} {...props} />
}

function EditForm({ customer, opened, close }: EditDialogProps) {
  const queryClient = useQueryClient()
  const initialValues = {
    first_name: customer.first_name ?? '',
    last_name: customer.last_name ?? '',
    company_name: customer.company_name ?? '',
    email: customer.email ?? '',
    phone: customer.phone ?? '',
    birthday: customer.birthday?.slice(0, 10) ?? '',
    gender: customer.gender ?? '',
    language: customer.language ?? '',
  }
  const form = useForm({ initialValues })
  const save = useMutation({
    mutationFn: () => {
      // Only what was changed is sent; an emptied field is taken away.
      const changed = Object.entries(form.values)
        .filter(([name, value]) => value !== initialValues[name as keyof typeof initialValues])
        .map(([name, value]) => [name, value.trim() === '' ? null : value.trim()] as const)
      return patch(`/customers/${customer.id}`, Object.fromEntries(changed))
    },
    onSuccess: async () => {
      close()
      tell('Saved.')
      await queryClient.invalidateQueries({ queryKey: ['customer', customer.id] })
      await queryClient.invalidateQueries({ queryKey: ['customers'] })
    },
  })
  const input = (name: keyof typeof initialValues) => ({
    ...form.getInputProps(name),
    error: fieldError(save.error, name),
  })
  return (
    <FormModal
      title="Edit the customer"
      opened={opened}
      close={close}
      submitLabel="Save"
      busy={save.isPending}
      problem={save.error}
      disabled={!form.isDirty()}
      submit={() => save.mutate()}
    >
      <div className={classes.pair}>
        <TextInput label="First name" data-autofocus {...input('first_name')} />
        <TextInput label="Last name" {...input('last_name')} />
      </div>
      <TextInput label="Company" {...input('company_name')} />
      <TextInput label="E-mail" type="email" {...input('email')} />
      <TextInput label="Phone" type="tel" {...input('phone')} />
      <div className={classes.pair}>
        <TextInput label="Birthday" type="date" {...input('birthday')} />
        <Select
          label="Gender"
          clearable
          data={[
            { value: 'female', label: 'Female' },
            { value: 'male', label: 'Male' },
            { value: 'other', label: 'Other' },
          ]}
          {...input('gender')}
          value={form.values.gender || null}
          onChange={(value) => form.setFieldValue('gender', value ?? '')}
        />
      </div>
    </FormModal>
  )
}
