import { Select, Textarea } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { IconCalendar } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { put } from '../../api/client.ts'
import { standingQuery, tiersQuery } from '../../api/loyalty-queries.ts'
import type { TierStanding } from '../../api/loyalty-types.ts'
import { useSession } from '../../app/session.ts'
import { addDays, instantOf, today } from '../../app/zones.ts'
import { FormModal, fieldError, tell } from '../../components/form.tsx'

interface GiveTierProps {
  readonly customerId: number
  readonly standing: TierStanding
  readonly opened: boolean
  readonly close: () => void
}

/** A tier for somebody who has not earned it: from now on, to the end of a day or without an end. */
export function GiveTier(props: GiveTierProps) {
  // A new form each time it opens.
  return <GiveTierForm key={String(props.opened)} {...props} />
}

function GiveTierForm({ customerId, standing, opened, close }: GiveTierProps) {
  const zone = useSession().tenant.time_zone
  const queryClient = useQueryClient()
  const tiers = useQuery(tiersQuery).data ?? []
  const [chosen, setChosen] = useState<string | null>(null)
  const [until, setUntil] = useState<string | null>(null)
  const [note, setNote] = useState('')
  const tier = tiers.find(({ id }) => String(id) === chosen) ?? standing.next ?? undefined
  const isBelow = tier !== undefined && standing.tier !== null && tier.rank <= standing.tier.rank && !standing.is_given
  const give = useMutation({
    mutationFn: () =>
      put<TierStanding>(`/customers/${customerId}/tier`, {
        tier_id: tier?.id,
        note: note.trim(),
        ...(until ? { valid_to: instantOf(addDays(until, 1), zone) } : {}),
      }),
    onSuccess: async (next) => {
      queryClient.setQueryData(standingQuery(customerId).queryKey, next)
      close()
      tell(`${tier?.name} is given.`)
      await queryClient.invalidateQueries({ queryKey: ['customer', customerId] })
    },
  })
  return (
    <FormModal
      title="Give a tier"
      note="It holds from now on, beside what is earned: the higher one of the two counts."
      opened={opened}
      close={close}
      submitLabel="Give"
      busy={give.isPending}
      problem={give.error}
      disabled={!tier}
      submit={() => give.mutate()}
    >
      <Select
        label="Tier"
        data-autofocus
        allowDeselect={false}
        data={tiers.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={tier ? String(tier.id) : null}
        onChange={setChosen}
        description={isBelow ? 'What the customer has earned is as high: that counts as long as it lasts.' : undefined}
        error={fieldError(give.error, 'tier_id')}
      />
      <DatePickerInput
        label="Until"
        description="To the end of this day."
        placeholder="Without an end"
        leftSection={<IconCalendar size={16} stroke={1.7} />}
        valueFormat="D MMM YYYY"
        clearable
        minDate={today(zone)}
        value={until}
        onChange={setUntil}
        error={fieldError(give.error, 'valid_to')}
      />
      <Textarea
        label="Note"
        placeholder="Made good for a late delivery"
        autosize
        minRows={2}
        maxLength={1000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormModal>
  )
}
