import { Button, Select, Skeleton, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { patch } from '../../api/client.ts'
import { sessionQuery, settingsQuery } from '../../api/queries.ts'
import type { Tenant } from '../../api/types.ts'
import { useMay } from '../../app/session.ts'
import { fieldError, Refusal, tell } from '../../components/form.tsx'
import { Card } from '../../components/page.tsx'
import { Failed } from '../../components/states.tsx'
import { Unsaved } from '../../components/unsaved.tsx'
import classes from './page.module.css'

export function Shop() {
  const query = useQuery(settingsQuery)
  if (query.isError)
    return (
      <Card>
        <Failed problem={query.error} retry={() => void query.refetch()} />
      </Card>
    )
  if (!query.data) return <Skeleton height={320} radius="lg" className={classes.narrow} />
  // A form anew when something else is saved, not each time that the same is read again: what is typed would be gone.
  return <ShopForm key={JSON.stringify(query.data)} settings={query.data} />
}

function ShopForm({ settings }: { settings: Tenant }) {
  const may = useMay('settings')
  const queryClient = useQueryClient()
  const form = useForm({
    initialValues: {
      name: settings.name,
      currency: settings.currency,
      time_zone: settings.time_zone,
      language: settings.language,
    },
  })
  const save = useMutation({
    mutationFn: () => patch<Tenant>('/settings', changedOf(form.values, settings)),
    onSuccess: async () => {
      tell('Saved.')
      await queryClient.invalidateQueries({ queryKey: settingsQuery.queryKey })
      await queryClient.refetchQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  return (
    <Card className={classes.narrow}>
      <form
        className={classes.form}
        onSubmit={form.onSubmit(() => {
          save.mutate()
        })}
      >
        <TextInput
          label="Name"
          readOnly={!may}
          {...form.getInputProps('name')}
          error={fieldError(save.error, 'name')}
        />
        <TextInput label="Short name in addresses" value={settings.slug} readOnly variant="filled" />
        <div className={classes.pair}>
          <Select
            label="Currency"
            readOnly={!may}
            searchable
            allowDeselect={false}
            data={Intl.supportedValuesOf('currency')}
            {...form.getInputProps('currency')}
            error={fieldError(save.error, 'currency')}
          />
          <Select
            label="Time zone"
            readOnly={!may}
            searchable
            allowDeselect={false}
            data={zonesWith(settings.time_zone)}
            {...form.getInputProps('time_zone')}
            error={fieldError(save.error, 'time_zone')}
          />
        </div>
        <TextInput
          label="Language of messages"
          description="A language code, such as en or cs"
          maxLength={8}
          readOnly={!may}
          {...form.getInputProps('language')}
          error={fieldError(save.error, 'language')}
        />
        <Unsaved isChanged={form.isDirty()} />
        {save.error && <Refusal problem={save.error} />}
        {may && (
          <div className={classes.buttons}>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              Save
            </Button>
          </div>
        )}
      </form>
    </Card>
  )
}

function zonesWith(zone: string): string[] {
  const zones = Intl.supportedValuesOf('timeZone')
  return zones.includes(zone) ? zones : [zone, ...zones]
}

function changedOf(values: Record<string, string>, settings: Tenant): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => settings[name as keyof Tenant] !== value))
}
