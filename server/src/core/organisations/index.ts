/**
 * The places and companies of a tenant (business, merchants, stores) and the small reference lists that it keeps.
 *
 * Invariants: a code names one organisation of a tenant, and one item of a kind; a store stands under a merchant or a
 * business, never the other way round; what is deleted stays for those who point at it.
 */
export {
  deleteReferenceItem,
  findReferenceItem,
  getReferenceItem,
  listReferenceItems,
  putReferenceItem,
  putReferenceItems,
} from './reference/service.ts'
export { alwaysOpen, isOpenAt } from './rules.ts'
export {
  createOrganisation,
  findOrganisation,
  findOrganisationByCode,
  getOrganisation,
  listOrganisations,
  type OrganisationQuery,
  setOrganisationAttributes,
  updateOrganisation,
} from './service.ts'
export type * from './types.ts'
