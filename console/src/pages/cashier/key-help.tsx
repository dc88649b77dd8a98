import { Modal } from '@mantine/core'
import classes from './key-help.module.css'

const keys = [
  ['Enter', 'Find what is scanned or typed; look at the sale; record it; next customer'],
  ['F2', 'To the scan field'],
  ['F4', 'To the amount'],
  ['F8', 'To what can be redeemed'],
  ['F9', 'Record the sale'],
  ['↑ ↓', 'Choose among customers'],
  ['Space', 'Turn a visit, reward or voucher on and off'],
  ['Esc', 'Leave the customer; next customer'],
  ['P', 'Print the receipt, once it is recorded'],
  ['U', 'Take the recorded sale back'],
  ['?', 'These keys'],
] as const

export function KeyHelp({ opened, close }: { opened: boolean; close: () => void }) {
  return (
    <Modal opened={opened} onClose={close} title="Keys" size={480}>
      <dl className={classes.keys}>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className={classes.note}>
        A scanner works wherever you are: a card opens its customer, a voucher goes into the sale that is open.
      </p>
    </Modal>
  )
}
