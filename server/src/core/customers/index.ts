// The person or company behind every API: its identities, profile, attributes, addresses and sources.
// Invariants: a value of an identity leads to at most one customer; two identified customers are never merged silently;
// a merged customer has no identities and leads to its survivor; an erased one has no name.
export { addressesOf, deleteAddress, listAddresses, type PutAddress, putAddress } from './addresses.ts'
export { attributeName, dayOf, increment, mergeAttributes } from './attribute-rules.ts'
export {
  type DefineAttribute,
  defineAttribute,
  deleteAttribute,
  deleteAttributesOfList,
  getAttribute,
  listAttributes,
  updateAttribute,
} from './attributes.ts'
export { createBearer } from './create.ts'
export { type Identified, type Identify, type IdentifyPolicy, identify } from './identify.ts'
export { type IdentifiedOne, type IdentifyOne, identifyMany } from './identify-many.ts'
export { lockForChange } from './locks.ts'
export {
  forgetCustomer,
  lockMerge,
  type Merge,
  type MovedCustomer,
  moveCustomer,
  restoreCustomer,
  selvesOf,
} from './merge.ts'
export { isPasswordOf, setCustomerPassword, verifyCustomerPassword } from './passwords.ts'
export {
  addInterest,
  changeInterest,
  endRelation,
  findReferrer,
  isCurrent,
  leavePartners,
  listInterests,
  listRelations,
  partnersLeft,
  relate,
  removeInterest,
} from './relations.ts'
export {
  displayName,
  externalId,
  findEmail,
  findPhone,
  isDay,
  normaliseEmail,
  normalisePhone,
  primaryEmail,
  primaryIdentity,
  primaryPhone,
} from './rules.ts'
export {
  addIdentity,
  createCustomer,
  findCustomerByCode,
  findCustomerById,
  findCustomerByIdentity,
  getCustomer,
  getCustomers,
  holdAll,
  identitiesOf,
  lockLiving,
  removeIdentity,
  replaceCustomer,
  setAttributes,
  setPrimaryIdentity,
  updateCustomer,
  verifyIdentity,
} from './service.ts'
export {
  addSourceRecord,
  countSourceRecords,
  deleteSourceRecord,
  getSourceRecord,
  listSourceRecords,
} from './source-records.ts'
export type * from './types.ts'
export { countCustomers, findCustomersByAttributes, listCustomers, searchCustomers } from './views.ts'
