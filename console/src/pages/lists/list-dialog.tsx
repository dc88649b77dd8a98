import { Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { patch, post } from '../../api/client.ts'
import type { AudienceList } from '../../api/types.ts'
import { FormModal, fieldError, tell } from '../../components/form.tsx'

interface ListDialogProps {
  readonly opened: boolean
  readonly close: () => void
  /** The list to change; without one a new list is made. */
  readonly list?: AudienceList
}

export function ListDialog(props: ListDialogProps) {
  return <ListForm key={String(props.opened)} {...props} />
}

function ListForm({ opened, close, list }: ListDialogProps) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const form = useForm({ initialValues: { name: list?.name ?? '', description: list?.description ?? '' } })
  const save = useMutation({
    mutationFn: () =>
      list ? patch<AudienceList>(`/lists/${list.id}`, form.values) : post<AudienceList>('/lists', form.values),
    onSuccess: async (saved) => {
      close()
      tell(list ? 'Saved.' : `“${saved.name}” is ready.`)
      await queryClient.invalidateQueries({ queryKey: ['lists'] })
      if (list) await queryClient.invalidateQueries({ queryKey: ['list', list.id] })
      else await navigate({ to: '/lists/$listId', params: { listId: String(saved.id) } })
    },
  })
  return (
    <FormModal
      title={list ? 'Change the list' : 'New list'}
      opened={opened}
      close={close}
      submitLabel={list ? 'Save' : 'Create'}
      busy={save.isPending}
      problem={save.error}
      disabled={form.values.name.trim() === ''}
      submit={() => save.mutate()}
    >
      <TextInput label="Name" data-autofocus {...form.getInputProps('name')} error={fieldError(save.error, 'name')} />
      <Textarea label="What it is for" autosize minRows={2} {...form.getInputProps('description')} />
    </FormModal>
  )
}
