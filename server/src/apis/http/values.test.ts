import { describe, expect, test } from 'vitest'
import { apiHostRewriter } from './hosts.ts'
import { readCursor, readPage, writeCursor } from './paging.ts'
import { epochSeconds, localTime, readDay, readEpoch, readLocalTime, startOfDay } from './times.ts'
import { readBoolean, readId, readInteger, readList, readNumber } from './values.ts'

describe('values', () => {
  test.each([
    [true, true],
    ['1', true],
    ['YES', true],
    [1, true],
    ['off', false],
    [0, false],
    ['', false],
    ['maybe', undefined],
    [2, undefined],
    [null, undefined],
    [{}, undefined],
  ])('boolean %j is %j', (value, expected) => expect(readBoolean(value)).toBe(expected))

  test.each([
    ['12.50', 12.5],
    [' 7 ', 7],
    ['.5', 0.5],
    ['0x10', undefined],
    ['12,50', undefined],
    ['', undefined],
    ['1e999', undefined],
    ['NaN', undefined],
    [Number.POSITIVE_INFINITY, undefined],
  ])('number %j is %j', (value, expected) => expect(readNumber(value)).toBe(expected))

  test.each([
    ['17', 17],
    [17, 17],
    ['0', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['9007199254740993', undefined],
    ['1.5', undefined],
    [['1'], undefined],
  ])('id %j is %j', (value, expected) => expect(readId(value)).toBe(expected))

  test('integers keep their bounds', () => expect(readInteger('11', { max: 10 })).toBeUndefined())
  test('a list is read from text, arrays and mixtures', () =>
    expect(readList(['a, b', 'c', 7, ''])).toEqual(['a', 'b', 'c', '7']))
})

describe('times', () => {
  test('epoch seconds, milliseconds and text', () => {
    expect(readEpoch(1_700_000_000)?.toISOString()).toBe('2023-11-14T22:13:20.000Z')
    expect(readEpoch('1700000000000')?.toISOString()).toBe('2023-11-14T22:13:20.000Z')
    expect(readEpoch('99999999999999999')).toBeUndefined()
    expect(epochSeconds(new Date('2023-11-14T22:13:20.900Z'))).toBe(1_700_000_000)
  })
  test.each([
    ['2026-07-01 12:00:00', '2026-07-01T10:00:00.000Z'],
    ['2026-07-01T12:00:00+05:00', '2026-07-01T07:00:00.000Z'],
    ['2026-01-01', '2025-12-31T23:00:00.000Z'],
    ['2026-03-29 02:30:00', '2026-03-29T01:30:00.000Z'],
    ['2026-02-30', undefined],
    ['yesterday', undefined],
  ])('local time %s', (text, expected) => expect(readLocalTime(text, 'Europe/Berlin')?.toISOString()).toBe(expected))
  test('local time is written without an offset', () =>
    expect(localTime(new Date('2026-07-01T10:00:00Z'), 'Europe/Berlin')).toBe('2026-07-01 12:00:00'))
  test('a day begins at midnight of its zone', () => {
    expect(startOfDay('2026-03-29', 'Europe/Berlin').toISOString()).toBe('2026-03-28T23:00:00.000Z')
    expect(startOfDay('2026-03-29', 'Europe/Berlin', 1).toISOString()).toBe('2026-03-29T22:00:00.000Z')
    expect(readDay('2026-02-29')).toBeUndefined()
  })
})

describe('pages', () => {
  test('a numbered page becomes an offset', () => {
    expect(readPage({ page: '2', size: '50' }, { first: 0, fallback: 20, max: 100 })).toEqual({
      page: 2,
      limit: 50,
      offset: 100,
    })
    expect(readPage({ page: '-4', size: 'x' }, { first: 1, fallback: 20, max: 100 })).toEqual({
      page: 1,
      limit: 20,
      offset: 0,
    })
    expect(readPage({ page: 0, size: 9_999 }, { first: 0, fallback: 20, max: 100 }).limit).toBe(100)
  })
  test('a cursor comes back as it went, and no other text is one', () => {
    expect(readCursor(writeCursor(['2026-01-01T00:00:00.000Z', 17]), 2)).toEqual(['2026-01-01T00:00:00.000Z', 17])
    expect(readCursor(writeCursor([17]), 2)).toBeUndefined()
    expect(readCursor('rubbish', 1)).toBeUndefined()
    expect(readCursor(Buffer.from('[{}]').toString('base64url'), 1)).toBeUndefined()
  })
})

describe('host names bound to an API', () => {
  const config = { apiHosts: { 'api.shop.example': 'rees46' }, trustProxy: false } as never // the two settings it reads
  const rewrite = apiHostRewriter(config, new Map([['rees46', '/rees46']]))
  const url = (host: string, path: string) => rewrite({ headers: { host }, url: path } as never) // and the two parts it reads
  test.each([
    ['api.shop.example', '/init?x=1', '/rees46/init?x=1'],
    ['API.shop.example:443', '/', '/rees46/'],
    ['api.shop.example', '/rees46/init', '/rees46/init'],
    ['api.shop.example', '/healthz', '/healthz'],
    ['other.example', '/init', '/init'],
  ])('%s %s', (host, path, expected) => expect(url(host, path)).toBe(expected))
  test('an unknown API is refused at the start', () =>
    expect(() => apiHostRewriter(config, new Map())).toThrow('rees46'))
})
