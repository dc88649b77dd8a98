import { useMutation } from '@tanstack/react-query'
import { get } from '../../api/client.ts'
import type { Customer } from '../../api/types.ts'
import { customerName } from '../../app/names.ts'
import { FormModal, tell } from '../../components/form.tsx'

interface ExportDialogProps {
  readonly customer: Customer
  readonly opened: boolean
  readonly close: () => void
}

export function ExportDialog({ customer, opened, close }: ExportDialogProps) {
  const download = useMutation({
    mutationFn: () => get<unknown>(`/customers/${customer.id}/export`),
    onSuccess: (data) => {
      saveAs(`customer-${customer.code}.json`, JSON.stringify(data, undefined, 2))
      close()
      tell('The export is in your downloads.')
    },
  })
  return (
    <FormModal
      title={`Export ${customerName(customer)}`}
      note="One JSON file with everything kept about this person: identities, addresses, purchases, points, permissions, events and messages. It is personal data; the export is noted in the audit log."
      opened={opened}
      close={close}
      submitLabel="Download"
      busy={download.isPending}
      problem={download.error}
      submit={() => download.mutate()}
    />
  )
}

function saveAs(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
