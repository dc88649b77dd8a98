import { JsonInput, MultiSelect, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { put } from '../../api/client.ts'
import { segmentsQuery } from '../../api/loyalty-queries.ts'
import type { FieldShape, ReferenceItem, ReferenceList } from '../../api/reference.ts'
import { term } from '../../app/format.ts'
import { FormModal, fieldError, tell } from '../../components/form.tsx'

interface ItemDialogProps {
  readonly list: ReferenceList
  /** Undefined for a new one. */
  readonly item: ReferenceItem | undefined
  readonly close: () => void
}

type Values = Readonly<Record<string, unknown>>

/** One item; its form is made from what the list says that an item holds. */
export function ItemDialog({ list, item, close }: ItemDialogProps) {
  const queryClient = useQueryClient()
  const shapes = list.fields.properties ?? {}
  const [code, setCode] = useState(item?.code ?? '')
  const [name, setName] = useState(item?.name ?? '')
  const [values, setValues] = useState<Values>(
    Object.fromEntries(Object.keys(shapes).map((field) => [field, formValue(shapes[field], item?.[field])])),
  )
  const save = useMutation({
    mutationFn: () =>
      put(`/reference/${list.list}/${encodeURIComponent(code.trim())}`, {
        name: name.trim(),
        ...(item?.names ? { names: item.names } : {}),
        ...(item ? { position: item.position } : {}),
        ...sent(shapes, values),
      }),
    onSuccess: async () => {
      close()
      tell('Saved.')
      await queryClient.invalidateQueries({ queryKey: ['reference', list.list] })
    },
  })
  const missing = (list.fields.required ?? []).some((field) => values[field] === undefined || values[field] === '')
  return (
    <FormModal
      title={item ? `Edit ${item.name}` : `Add to ${list.list.replaceAll('-', ' ')}`}
      opened
      close={close}
      submitLabel={item ? 'Save' : 'Add'}
      busy={save.isPending}
      problem={save.error}
      disabled={code.trim() === '' || name.trim() === '' || missing}
      submit={() => save.mutate()}
    >
      <TextInput
        label="Name"
        withAsterisk
        data-autofocus
        value={name}
        maxLength={300}
        onChange={(event) => setName(event.currentTarget.value)}
        error={fieldError(save.error, 'name')}
      />
      <TextInput
        label="Code"
        withAsterisk
        description={item ? undefined : 'How other systems name it. It stays.'}
        disabled={item !== undefined}
        value={code}
        maxLength={100}
        onChange={(event) => setCode(event.currentTarget.value)}
        error={fieldError(save.error, 'code')}
      />
      {Object.entries(shapes).map(([field, shape]) => (
        <Field
          key={field}
          field={field}
          shape={shape}
          required={list.fields.required?.includes(field) ?? false}
          value={values[field]}
          change={(value) => setValues({ ...values, [field]: value })}
          error={fieldError(save.error, field)}
        />
      ))}
    </FormModal>
  )
}

interface FieldProps {
  readonly field: string
  readonly shape: FieldShape
  readonly required: boolean
  readonly value: unknown
  readonly change: (value: unknown) => void
  readonly error: string | undefined
}

const manyLetters = 1_000

function Field({ field, shape, required, value, change, error }: FieldProps) {
  const usual = { label: labelOf(field), description: shape.description, withAsterisk: required, error }
  if (shape.enum) {
    const data = shape.enum.map((one) => ({ value: one, label: term(one) }))
    return <Select {...usual} data={data} clearable={!required} value={textOf(value) || null} onChange={change} />
  }
  if (shape.type === 'boolean') {
    const checked = value !== false
    return (
      <Switch
        label={usual.label}
        description={shape.description}
        checked={checked}
        onChange={(event) => change(event.currentTarget.checked)}
      />
    )
  }
  if (field === 'segment_ids') return <Segments {...usual} value={listOf(value)} change={change} />
  if (shape.type === 'array') return <TagsInput {...usual} value={listOf(value).map(String)} onChange={change} />
  if (shape.type === 'object') {
    return <JsonInput {...usual} autosize minRows={2} maxRows={8} value={textOf(value)} onChange={change} />
  }
  const text = { ...usual, value: textOf(value), maxLength: shape.maxLength }
  return (shape.maxLength ?? 0) >= manyLetters && !field.endsWith('url') ? (
    <Textarea {...text} autosize minRows={2} maxRows={10} onChange={(event) => change(event.currentTarget.value)} />
  ) : (
    <TextInput {...text} onChange={(event) => change(event.currentTarget.value)} />
  )
}

interface SegmentsProps {
  readonly label: string
  readonly description: string | undefined
  readonly error: string | undefined
  readonly value: readonly unknown[]
  readonly change: (value: number[]) => void
}

function Segments({ label, description, error, value, change }: SegmentsProps) {
  const segments = useQuery(segmentsQuery).data ?? []
  return (
    <MultiSelect
      label={label}
      description={description}
      error={error}
      searchable
      data={segments.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={value.map(String)}
      onChange={(ids) => change(ids.map(Number))}
    />
  )
}

function labelOf(field: string): string {
  if (field === 'segment_ids') return 'Segments'
  if (field === 'html') return 'HTML'
  return term(
    field
      .replace(/^jwks$/, 'keys')
      .replace('jwks_url', 'address of the keys')
      .replaceAll('_', ' '),
  )
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function formValue(shape: FieldShape | undefined, value: unknown): unknown {
  return shape?.type === 'object' && value !== undefined ? JSON.stringify(value, null, 2) : value
}

/** What is empty is left out. JSON that cannot be read goes as it is, for the server to say so. */
function sent(shapes: Readonly<Record<string, FieldShape>>, values: Values): Values {
  const full = Object.entries(values).filter(
    ([, value]) =>
      value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(
    full.map(([field, value]) => [field, shapes[field]?.type === 'object' ? parsed(value) : value]),
  )
}

function parsed(value: unknown): unknown {
  try {
    return JSON.parse(String(value))
  } catch {
    return value
  }
}
