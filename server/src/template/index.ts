/**
 * Fills a new tenant: its owner, the places it consists of, a credential for every way in, and with the `retail` template
 * all that a shop needs to be tried at once. The slice above all others: it only calls their use cases.
 *
 * Invariant: a tenant is there with everything its template promises, or not at all.
 */
export { type ConnectionOptions, type Connections, describeConnections } from './connections.ts'
export { type CreatedTenant, createTenant, type NewTenant, type TemplateName, templateNames } from './create.ts'
export { type DemoLogin, ensureDemo } from './demo/index.ts'
