import { ActionIcon, Button, Menu, NativeSelect } from '@mantine/core'
import {
  IconBraces,
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
import { conditionOf, type Group, groupNames, groupOf } from './groups.ts'
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

/** All of them must hold. Each is a sentence with its fields below it; some may be gathered in a group. */
export function ConditionsField({ conditions, change }: ConditionsFieldProps) {
  return (
    <>
      {conditions.length === 0 && <p className="muted">Always: for everybody, at any time, in every store.</p>}
      <ConditionList conditions={conditions} change={change} />
      <AddCondition withGroups add={(start) => change([...conditions, start])} />
    </>
  )
}

function ConditionList({ conditions, change, isInGroup = false }: ConditionsFieldProps & { isInGroup?: boolean }) {
  const names = useNames()
  const keys = useKeys(conditions.length)
  const replace = (at: number, next: Condition) => change(conditions.map((one, index) => (index === at ? next : one)))
  const remove = (at: number) => {
    keys.splice(at, 1)
    change(conditions.filter((_, index) => index !== at))
  }
  if (conditions.length === 0) return null
  return (
    <ul className={classes.conditions}>
      {conditions.map((condition, index) => {
        const sentence = conditionSentence(condition, names)
        const group = groupOf(condition)
        const set = (next: Condition) => replace(index, next)
        return (
          <li key={keys[index]} className={classes.condition}>
            <div className={classes.sentence}>
              {group ? (
                <IconBraces size={17} stroke={1.7} className={classes.kindIcon} />
              ) : (
                <KindIcon kind={condition.kind} />
              )}
              {group && !isInGroup ? <GroupMode group={group} change={set} /> : <span>{sentence}</span>}
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove: ${sentence}`}
                onClick={() => remove(index)}
              >
                <IconX size={16} />
              </ActionIcon>
            </div>
            {group && !isInGroup && <GroupParts group={group} change={set} />}
            {/* A group in a group was made elsewhere: it is kept as its sentence says. */}
            {!group && <ConditionFields condition={condition} change={set} />}
          </li>
        )
      })}
    </ul>
  )
}

interface GroupProps {
  readonly group: Group
  readonly change: (condition: Condition) => void
}

function GroupMode({ group, change }: GroupProps) {
  return (
    <NativeSelect
      aria-label="How the group is looked at"
      size="xs"
      className={classes.mode}
      data={Object.entries(groupNames).map(([value, label]) => ({ value, label }))}
      value={group.mode}
      onChange={(event) => change(conditionOf({ ...group, mode: event.currentTarget.value as Group['mode'] }))} // one of the names
    />
  )
}

function GroupParts({ group, change }: GroupProps) {
  const set = (parts: readonly Condition[]) => change(conditionOf({ ...group, parts }))
  return (
    <div className={classes.group}>
      {group.parts.length === 0 && <p className="muted">Nothing in it yet.</p>}
      <ConditionList isInGroup conditions={group.parts} change={set} />
      <AddCondition withGroups={false} add={(start) => set([...group.parts, start])} />
    </div>
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

interface AddConditionProps {
  readonly withGroups: boolean
  readonly add: (start: Condition) => void
}

function AddCondition({ withGroups, add }: AddConditionProps) {
  return (
    <Menu position="bottom-start" width={230}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconPlus size={15} />} className={classes.start}>
          {withGroups ? 'Add a condition' : 'Add to the group'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map(({ kind, name, icon: Icon, start }) => (
          <Menu.Item key={kind} leftSection={<Icon size={16} stroke={1.7} />} onClick={() => add(start)}>
            {name}
          </Menu.Item>
        ))}
        {withGroups && (
          <>
            <Menu.Divider />
            <Menu.Label>A group of conditions</Menu.Label>
            {modes.map((mode) => (
              <Menu.Item
                key={mode}
                leftSection={<IconBraces size={16} stroke={1.7} />}
                onClick={() => add(conditionOf({ mode, parts: [] }))}
              >
                {groupNames[mode]} …
              </Menu.Item>
            ))}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

const modes = ['any', 'none', 'all'] as const
