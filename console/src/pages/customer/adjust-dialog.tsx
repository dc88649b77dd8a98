import { NumberInput, SegmentedControl, Select, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../api/client.ts'
import type { Balance, Customer } from '../../api/types.ts'
import { formatUnits, inSentence } from '../../app/format.ts'
import { customerName } from '../../app/names.ts'
import { FormModal, tell } from '../../components/form.tsx'
import classes from './dialogs.module.css'

interface AdjustDialogProps {
  readonly customer: Customer
  readonly balances: readonly Balance[] | undefined
  readonly opened: boolean
  readonly close: () => void
}

export function AdjustDialog(props: AdjustDialogProps) {
  // A new form, and a new idempotency key, each time it opens.
  return <AdjustForm key={String(props.opened)} {...props} />
}

function AdjustForm({ customer, balances, opened, close }: AdjustDialogProps) {
  const queryClient = useQueryClient()
  const [idempotencyKey] = useState(() => crypto.randomUUID())
  const [unitCode, setUnitCode] = useState<string>()
  const [direction, setDirection] = useState('add')
  const [entered, setEntered] = useState<number | string>('')
  const [reason, setReason] = useState('')
  const balance = balances?.find(({ unit }) => unit.code === unitCode) ?? preferred(balances)
  const unit = balance?.unit
  const amount = Math.round(Number(entered) * 10 ** (unit?.scale ?? 0)) * (direction === 'add' ? 1 : -1)
  const after = (balance?.available ?? 0) + amount
  const tooMuch = after < 0

  const adjust = useMutation({
    mutationFn: () =>
      post(
        `/customers/${customer.id}/postings`,
        { kind: 'adjust', unit: unit?.code, amount, note: reason.trim() },
        { idempotencyKey },
      ),
    onSuccess: async () => {
      close()
      tell(
        `${customerName(customer)} now has ${unit ? formatUnits(after, unit) : after} ${unit ? inSentence(unit.name) : ''}.`,
      )
      await queryClient.invalidateQueries({ queryKey: ['customer', customer.id] })
      await queryClient.invalidateQueries({ queryKey: ['customers'] })
    },
  })

  return (
    <FormModal
      title="Adjust a balance"
      note="The correction is written into the ledger with your name and the reason."
      opened={opened}
      close={close}
      submitLabel={direction === 'add' ? 'Add' : 'Take away'}
      busy={adjust.isPending}
      problem={adjust.error}
      disabled={amount === 0 || reason.trim() === '' || tooMuch}
      submit={() => adjust.mutate()}
    >
      {balances && balances.length > 1 && (
        <Select
          label="Balance"
          allowDeselect={false}
          data={balances.map(({ unit }) => ({ value: unit.code, label: unit.name }))}
          value={unit?.code ?? null}
          onChange={(value) => setUnitCode(value ?? undefined)}
        />
      )}
      <SegmentedControl
        aria-label="Direction"
        fullWidth
        withItemsBorders={false}
        data={[
          { value: 'add', label: 'Add' },
          { value: 'take', label: 'Take away' },
        ]}
        value={direction}
        onChange={setDirection}
      />
      <NumberInput
        label="How much"
        data-autofocus
        min={0}
        allowNegative={false}
        allowDecimal={(unit?.scale ?? 0) > 0}
        decimalScale={unit?.scale ?? 0}
        thousandSeparator=","
        hideControls
        value={entered}
        onChange={setEntered}
        error={tooMuch && unit ? `Only ${formatUnits(balance?.available ?? 0, unit)} available` : undefined}
      />
      <Textarea
        label="Reason"
        placeholder="Goodwill after a late delivery"
        autosize
        minRows={2}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {unit && amount !== 0 && !tooMuch && (
        <p className={classes.outcome}>
          <span>{formatUnits(balance?.available ?? 0, unit)}</span>
          <span aria-hidden="true">→</span>
          <b>{formatUnits(after, unit)}</b> {inSentence(unit.name)}
        </p>
      )}
    </FormModal>
  )
}

function preferred(balances: readonly Balance[] | undefined): Balance | undefined {
  return balances?.find(({ unit }) => unit.kind === 'points') ?? balances?.[0]
}
