import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { post } from '../../api/client.ts'
import type { Customer } from '../../api/types.ts'
import { FormModal, fieldError } from '../../components/form.tsx'
import classes from './register.module.css'
import { useScanner } from './use-scanner.ts'

interface RegisterProps {
  /** What was scanned or typed, and nobody has. */
  readonly text: string
  readonly close: () => void
  readonly done: (customer: Customer) => void
}

/** A new customer at the till. A card that is scanned here becomes theirs. */
export function Register({ text, close, done }: RegisterProps) {
  const queryClient = useQueryClient()
  const form = useForm({ initialValues: initialFrom(text) })
  useScanner((card) => form.setFieldValue('card_number', card), true)
  const create = useMutation({
    mutationFn: () => {
      const filled = Object.entries(form.values).filter(([, value]) => value.trim() !== '')
      return post<Customer>('/customers', { ...Object.fromEntries(filled), source: 'store' })
    },
    onSuccess: (customer) => {
      void queryClient.invalidateQueries({ queryKey: ['customers'] })
      done(customer)
    },
  })
  return (
    <FormModal
      title="New customer"
      opened
      close={close}
      submitLabel="Register"
      busy={create.isPending}
      problem={create.error}
      disabled={Object.values(form.values).every((value) => value.trim() === '')}
      submit={() => create.mutate()}
    >
      <TextInput label="Card" size="md" {...form.getInputProps('card_number')} />
      <div className={classes.pair}>
        <TextInput label="First name" size="md" data-autofocus {...form.getInputProps('first_name')} />
        <TextInput label="Last name" size="md" {...form.getInputProps('last_name')} />
      </div>
      <TextInput
        label="E-mail"
        type="email"
        inputMode="email"
        size="md"
        {...form.getInputProps('email')}
        error={fieldError(create.error, 'email')}
      />
      <TextInput
        label="Phone"
        type="tel"
        size="md"
        {...form.getInputProps('phone')}
        error={fieldError(create.error, 'phone')}
      />
    </FormModal>
  )
}

/** Into the field that it looks like. */
function initialFrom(text: string) {
  const empty = { card_number: '', first_name: '', last_name: '', email: '', phone: '' }
  if (text.includes('@')) return { ...empty, email: text }
  if (/^(\+|00)[\d\s()/-]{6,}$/.test(text)) return { ...empty, phone: text }
  if (/\d/.test(text)) return { ...empty, card_number: text }
  const [first = '', ...rest] = text.split(/\s+/)
  return { ...empty, first_name: first, last_name: rest.join(' ') }
}
