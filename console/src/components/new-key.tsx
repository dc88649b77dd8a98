import { TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../api/client.ts'
import { FormModal } from './form.tsx'

interface NewKeyProps {
  readonly opened: boolean
  readonly close: () => void
  readonly show: (key: string) => void
}

/** Makes a key of our API and hands it on, the only time that it is seen. */
export function NewKey({ opened, close, show }: NewKeyProps) {
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () => post<{ key: string }>('/api-keys', { name: name.trim() }),
    onSuccess: async ({ key }) => {
      close()
      setName('')
      show(key)
      await queryClient.invalidateQueries({ queryKey: ['api-keys'] })
    },
  })
  return (
    <FormModal
      title="New API key"
      opened={opened}
      close={close}
      submitLabel="Create"
      busy={create.isPending}
      problem={create.error}
      disabled={name.trim() === ''}
      submit={() => create.mutate()}
    >
      <TextInput
        label="What will use it"
        placeholder="Website"
        data-autofocus
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormModal>
  )
}
