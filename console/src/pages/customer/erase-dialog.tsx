import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { remove } from '../../api/client.ts'
import type { Customer } from '../../api/types.ts'
import { customerName } from '../../app/names.ts'
import { FormModal, tell } from '../../components/form.tsx'
import classes from './dialogs.module.css'

interface EraseDialogProps {
  readonly customer: Customer
  readonly opened: boolean
  readonly close: () => void
}

export function EraseDialog(props: EraseDialogProps) {
  return <EraseForm key={String(props.opened)} {...props} />
}

function EraseForm({ customer, opened, close }: EraseDialogProps) {
  const queryClient = useQueryClient()
  const [typed, setTyped] = useState('')
  const lastDigits = customer.code.slice(-4)
  const erase = useMutation({
    mutationFn: () => remove(`/customers/${customer.id}`),
    onSuccess: async () => {
      close()
      tell('The person is erased.')
      await queryClient.invalidateQueries({ queryKey: ['customer', customer.id] })
      await queryClient.invalidateQueries({ queryKey: ['customers'] })
    },
  })
  return (
    <FormModal
      title={`Erase ${customerName(customer)}?`}
      opened={opened}
      close={close}
      submitLabel="Erase for ever"
      danger
      busy={erase.isPending}
      problem={erase.error}
      disabled={typed.trim() !== lastDigits}
      submit={() => erase.mutate()}
    >
      <ul className={classes.facts}>
        <li>Name, contacts, addresses, attributes and the text of messages go.</li>
        <li>Purchases and points stay as sums, without a name.</li>
        <li>Addresses that must not be written to stay blocked, as a fingerprint.</li>
        <li>This cannot be undone.</li>
      </ul>
      <TextInput
        label={`Type the last four digits of the code, ${lastDigits}`}
        data-autofocus
        inputMode="numeric"
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </FormModal>
  )
}
