import { describe, expect, it } from 'vitest'
import { checkPassword, checkTenantFields, mayHandleRole, roleAllows, roles, scopesAllow } from './rules.ts'
import type { Permission, Role } from './types.ts'

describe('roles', () => {
  it.each<[Role, Permission, boolean]>([
    ['owner', 'staff.write', true],
    ['admin', 'credentials.read', true],
    ['marketer', 'audience.write', true],
    ['marketer', 'ledger.write', false],
    ['marketer', 'loyalty.write', true],
    ['cashier', 'loyalty.write', false],
    ['cashier', 'vouchers.write', true],
    ['marketer', 'staff.write', false],
    ['cashier', 'ledger.write', true],
    ['cashier', 'audience.write', false],
    ['cashier', 'customers.erase', false],
    ['viewer', 'customers.read', true],
    ['viewer', 'customers.write', false],
    ['viewer', 'messages.read', false],
  ])('%s: %s is %s', (role, permission, allowed) => {
    expect(roleAllows(role, permission)).toBe(allowed)
  })

  it('let only an owner handle an owner', () => {
    const who = roles.filter((role) => mayHandleRole(role, 'owner'))
    expect(who).toEqual(['owner'])
    expect(roles.filter((role) => mayHandleRole(role, 'cashier'))).toEqual(['owner', 'admin'])
  })

  it('a key without scopes may do everything, one with scopes only those', () => {
    expect(scopesAllow([], 'ledger.write')).toBe(true)
    expect(scopesAllow(['customers.read'], 'customers.read')).toBe(true)
    expect(scopesAllow(['customers.read'], 'ledger.write')).toBe(false)
  })
})

describe('passwords', () => {
  it.each([
    ['short', 'a1b2c3d4e'],
    ['of one repeated character', 'aaaaaaaaaaaaaa'],
    ['little more than the e-mail', 'margaret12'],
    ['too long', 'ab1!'.repeat(51)],
  ])('are refused when %s', (_, password) => {
    expect(() => checkPassword(password, 'margaret@example.com')).toThrow('password.weak')
  })

  it('are accepted when long enough', () => {
    expect(() => checkPassword('correct horse', 'margaret@example.com')).not.toThrow()
  })
})

describe('fields of a tenant', () => {
  it.each([
    [{ slug: 'Nice' }, 'slug'],
    [{ slug: '-x' }, 'slug'],
    [{ name: '  ' }, 'name'],
    [{ currency: 'eur' }, 'currency'],
    [{ timeZone: 'Mars/Base' }, 'timeZone'],
    [{ country: 'DEU' }, 'country'],
  ])('%o is refused', (fields, field) => {
    expect(() => checkTenantFields(fields)).toThrow(expect.objectContaining({ data: { field } }))
  })
})
