import { ActionIcon, Button, Menu } from '@mantine/core'
import {
  IconBuildingStore,
  IconCake,
  IconCalendar,
  IconCalendarWeek,
  IconClock,
  IconCreditCard,
  IconDeviceMobile,
  IconListCheck,
  IconMedal,
  IconPlus,
  IconRosette,
  IconShoppingCart,
  IconUsersGroup,
  IconX,
} from '@tabler/icons-react'
import { useRef } from 'react'
import type { Condition } from '../../api/loyalty-types.ts'
import { ConditionFields } from './condition-fields.tsx'
import classes from './editor.module.css'
import { useNames } from './names.ts'
import { conditionSentence } from './words.ts'

const kinds = [
  { kind: 'tier', name: 'Tier', icon: IconMedal, start: { kind: 'tier', tier_ids: [] } },
  { kind: 'segment', name: 'Segment', icon: IconUsersGroup, start: { kind: 'segment', segment_ids: [] } },
  { kind: 'weekday', name: 'Weekday', icon: IconCalendarWeek, start: { kind: 'weekday', days: [6, 7] } },
  { kind: 'time', name: 'Hours', icon: IconClock, start: { kind: 'time', from: '14:00', to: '17:00' } },
  { kind: 'date', name: 'Days', icon: IconCalendar, start: { kind: 'date' } },
  {
    kind: 'basket',
    name: 'Size of the basket',
    icon: IconShoppingCart,
    start: { kind: 'basket', min_amount_minor: 5000 },
  },
  {
    kind: 'lines',
    name: 'Products in the basket',
    icon: IconListCheck,
    start: { kind: 'lines', lines: {}, min_count: 1 },
  },
  { kind: 'store', name: 'Store', icon: IconBuildingStore, start: { kind: 'store', store_ids: [] } },
  { kind: 'channel', name: 'Channel', icon: IconDeviceMobile, start: { kind: 'channel', channels: [] } },
  { kind: 'payment', name: 'Kind of payment', icon: IconCreditCard, start: { kind: 'payment', types: [] } },
  { kind: 'first_purchase', name: 'First purchase', icon: IconRosette, start: { kind: 'first_purchase' } },
  { kind: 'birthday', name: 'Birthday', icon: IconCake, start: { kind: 'birthday', days_before: 3, days_after: 3 } },
] as const satisfies readonly { kind: Condition['kind']; name: string; icon: unknown; start: Condition }[]

interface ConditionsFieldProps {
  readonly conditions: readonly Condition[]
  readonly change: (conditions: readonly Condition[]) => void
}

/** All of them must hold. Each is a sentence with its fields below it. */
export function ConditionsField({ conditions, change }: ConditionsFieldProps) {
  const names = useNames()
  const keys = useKeys(conditions.length)
  const replace = (at: number, next: Condition) => change(conditions.map((one, index) => (index === at ? next : one)))
  const remove = (at: number) => {
    keys.splice(at, 1)
    change(conditions.filter((_, index) => index !== at))
  }
  return (
    <>
      {conditions.length === 0 && <p className="muted">Always: for everybody, at any time, in every store.</p>}
      {conditions.length > 0 && (
        <ul className={classes.conditions}>
          {conditions.map((condition, index) => {
            const sentence = conditionSentence(condition, names)
            return (
              <li key={keys[index]} className={classes.condition}>
                <div className={classes.sentence}>
                  <KindIcon kind={condition.kind} />
                  <span>{sentence}</span>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove: ${sentence}`}
                    onClick={() => remove(index)}
                  >
                    <IconX size={16} />
                  </ActionIcon>
                </div>
                <ConditionFields condition={condition} change={(next) => replace(index, next)} />
              </li>
            )
          })}
        </ul>
      )}
      <AddCondition add={(start) => change([...conditions, start])} />
    </>
  )
}

/** Conditions have no id of their own; without stable keys a removed one would leave its fields to the next. */
function useKeys(count: number): number[] {
  const keys = useRef<number[]>([])
  const next = useRef(0)
  while (keys.current.length < count) keys.current.push(next.current++)
  keys.current.length = count
  return keys.current
}

function KindIcon({ kind }: { kind: Condition['kind'] }) {
  const Icon = kinds.find((one) => one.kind === kind)?.icon ?? IconListCheck
  return <Icon size={17} stroke={1.7} className={classes.kindIcon} />
}

function AddCondition({ add }: { add: (start: Condition) => void }) {
  return (
    <Menu position="bottom-start" width={230}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconPlus size={15} />} className={classes.start}>
          Add a condition
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map(({ kind, name, icon: Icon, start }) => (
          <Menu.Item key={kind} leftSection={<Icon size={16} stroke={1.7} />} onClick={() => add(start)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
