import { ActionIcon, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKeyboard } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { customerName } from '../../app/names.ts'
import { useMay } from '../../app/session.ts'
import { FormModal } from '../../components/form.tsx'
import { Page } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { Done } from './done.tsx'
import { KeyHelp } from './key-help.tsx'
import classes from './page.module.css'
import { Register } from './register.tsx'
import { Sale } from './sale.tsx'
import { ScanField } from './scan-field.tsx'
import { LastSale, Start } from './start.tsx'
import { StorePicker, useStore } from './store.tsx'
import { UndoDialog } from './undo-dialog.tsx'
import { useKeys } from './use-keys.ts'
import { useScanner } from './use-scanner.ts'
import { useTill } from './use-till.ts'

/** Find or scan the customer, record, redeem, print the receipt; all of it without a mouse. */
export function CashierPage() {
  const maySell = useMay('till')
  if (!maySell) {
    return (
      <Page title="Cashier">
        <Empty icon={<IconKeyboard size={20} />} title="Recording sales is for cashiers">
          Ask an administrator to change your role if you work at the till.
        </Empty>
      </Page>
    )
  }
  return <Cashier />
}

function Cashier() {
  const till = useTill()
  const store = useStore()
  const [help, helpDialog] = useDisclosure(false)
  const [registering, setRegistering] = useState<string>()
  const [undoing, undoDialog] = useDisclosure(false)
  const field = useRef<HTMLInputElement>(null)
  const { receipt, last, customerId, draft, switching } = till
  const undoable = receipt ?? (customerId === undefined ? last : undefined)

  const focusField = () => {
    field.current?.focus()
    field.current?.select()
  }
  const [leaving, leavingDialog] = useDisclosure(false)
  const leave = () => {
    leavingDialog.close()
    till.leave()
    focusField()
  }
  const next = till.unanswered ? leavingDialog.open : leave
  useEffect(() => {
    if (customerId === undefined) field.current?.focus()
  }, [customerId])
  useScanner((text) => till.scan.mutate(text), registering === undefined && !till.unanswered)
  useKeys({ focusField, help: helpDialog.open })

  return (
    <Page
      title="Cashier"
      actions={
        <>
          <StorePicker store={store} />
          <Tooltip label="Keys (?)">
            <ActionIcon variant="default" size={42} aria-label="Keys" onClick={helpDialog.open}>
              <IconKeyboard size={20} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </>
      }
    >
      <div className={classes.cashier}>
        <ScanField field={field} till={till} register={setRegistering} />
        {receipt ? (
          <Done receipt={receipt} next={next} undo={undoDialog.open} />
        ) : customerId !== undefined && draft ? (
          <Sale key={draft.key} till={till} customerId={customerId} draft={draft} storeId={store.id} leave={next} />
        ) : (
          <>
            <Start waitingCode={till.waitingCode} />
            {last && <LastSale receipt={last} undo={undoDialog.open} />}
          </>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {till.said}
      </p>
      <KeyHelp opened={help} close={helpDialog.close} />
      {registering !== undefined && (
        <Register
          text={registering}
          close={() => {
            setRegistering(undefined)
            focusField()
          }}
          done={(customer) => {
            setRegistering(undefined)
            till.open(customer)
          }}
        />
      )}
      {undoable && (
        <UndoDialog
          receipt={undoable}
          till={till}
          opened={undoing}
          close={() => {
            undoDialog.close()
            if (!receipt) focusField()
          }}
        />
      )}
      <FormModal
        title="Leave without an answer?"
        note="Nobody knows whether the sale was recorded. Look at the customer’s page before you enter it anew: it would be another sale."
        opened={leaving}
        close={leavingDialog.close}
        submitLabel="Leave"
        danger
        busy={false}
        submit={leave}
      />
      {switching && (
        <FormModal
          title={`Go on with ${customerName(switching.customer)}?`}
          note="What is entered for the customer before is not recorded yet. It would be dropped."
          opened
          close={till.clear}
          submitLabel={`Go on with ${customerName(switching.customer)}`}
          busy={false}
          focusSubmit
          submit={() => till.open(switching.customer, switching.code)}
        />
      )}
    </Page>
  )
}
