import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { post } from '../../api/client.ts'
import type { Customer } from '../../api/types.ts'
import { FormModal, fieldError } from '../../components/form.tsx'
import classes from './new-customer.module.css'

export function NewCustomer({ opened, close }: { opened: boolean; close: () => void }) {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const form = useForm({ initialValues: { first_name: '', last_name: '', email: '', phone: '' } })
  const create = useMutation({
    mutationFn: () => {
      const filled = Object.entries(form.values).filter(([, value]) => value.trim() !== '')
      return post<Customer>('/customers', Object.fromEntries(filled))
    },
    onSuccess: async (customer) => {
      await queryClient.invalidateQueries({ queryKey: ['customers'] })
      form.reset()
      await navigate({ to: '/customers/$customerId', params: { customerId: String(customer.id) } })
    },
  })
  const { values } = form
  const nothing = Object.values(values).every((value) => value.trim() === '')
  return (
    <FormModal
      title="New customer"
      opened={opened}
      close={close}
      submitLabel="Create"
      busy={create.isPending}
      problem={create.error}
      disabled={nothing}
      submit={() => create.mutate()}
    >
      <div className={classes.pair}>
        <TextInput label="First name" data-autofocus {...form.getInputProps('first_name')} />
        <TextInput label="Last name" {...form.getInputProps('last_name')} />
      </div>
      <TextInput
        label="E-mail"
        type="email"
        {...form.getInputProps('email')}
        error={fieldError(create.error, 'email')}
      />
      <TextInput label="Phone" type="tel" {...form.getInputProps('phone')} error={fieldError(create.error, 'phone')} />
    </FormModal>
  )
}
