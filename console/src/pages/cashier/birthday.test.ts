import { expect, test } from 'vitest'
import { birthdayNote } from './birthday.ts'

test.each<[string | null, string, string | undefined]>([
  ['1990-11-21', '2026-11-21', 'Birthday today'],
  ['1990-11-22', '2026-11-21', 'Birthday tomorrow'],
  ['1990-11-19', '2026-11-21', 'Birthday 2 days ago'],
  ['1990-01-02', '2026-12-30', 'Birthday in 3 days'],
  ['1990-12-31', '2027-01-01', 'Birthday yesterday'],
  ['1992-02-29', '2027-02-28', 'Birthday today'],
  ['1990-06-01', '2026-11-21', undefined],
  [null, '2026-11-21', undefined],
])('%s on %s', (birthday, today, note) => expect(birthdayNote(birthday, today)).toBe(note))
