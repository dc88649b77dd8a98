import { Type } from 'typebox'
import { type Connections, describeConnections } from '../../../template/index.ts'
import type { ApiOptions } from '../../http/options.ts'
import { ctxOf } from '../auth.ts'
import type { Routes } from '../routing.ts'
import { Json } from '../schemas.ts'

const Connected = Type.Object({
  name: Type.String(),
  base_url: Type.String(),
  credentials: Json,
  example_curl: Type.String({ description: 'A first call to copy.' }),
})

export function connectRoutes(app: Routes, { config }: ApiOptions): void {
  app.get(
    '/connect',
    {
      config: { access: 'credentials.read' },
      schema: {
        tags: ['Access'],
        summary: 'How to reach this shop through each API',
        description: 'Shows secrets. Keys of this API are not among them: they are shown once, when they are made.',
        response: { 200: Type.Object({ apis: Type.Array(Connected) }) },
      },
    },
    async (request) => {
      const connections = await describeConnections(ctxOf(request), { publicUrl: config.publicUrl })
      return { apis: apiNames.map((name) => describe(name, connections)) }
    },
  )
}

type ApiName = keyof Connections
const apiNames: readonly ApiName[] = ['api', 'cleverreach', 'rees46', 'crmcom', 'carecloud', 'classic']

function describe(name: ApiName, connections: Connections) {
  const { base_url: baseUrl, ...credentials } = connections[name]
  return { name, base_url: baseUrl, credentials, example_curl: examples[name](connections) }
}

const examples: { readonly [Name in ApiName]: (all: Connections) => string } = {
  api: ({ api }) =>
    curl(`-H ${quote('Authorization: Bearer YOUR_API_KEY')}`, quote(`${api.base_url}/customers?limit=3`)),
  cleverreach: ({ cleverreach: { base_url: url, client_id: id, client_secret: secret } }) =>
    curl(`-u ${quote(`${id}:${secret}`)}`, '-d grant_type=client_credentials', quote(`${url}/oauth/token.php`)),
  rees46: ({ rees46 }) => curl(quote(`${rees46.base_url}/init?shop_id=${rees46.shop_id}&v=3`)),
  crmcom: ({ crmcom: { base_url: url, api_key: key, app_id: app } }) =>
    curl(`-H ${quote(`api_key: ${key}`)}`, quote(`${url}/applications?app_id=${app}`)),
  carecloud: ({ carecloud: { base_url: url, login, password, user_external_application_id: application } }) => {
    const body = { login, password, user_external_application_id: application }
    return curl(
      `-H ${quote('Content-Type: application/json')}`,
      `-d ${quote(JSON.stringify(body))}`,
      quote(`${url}/users/actions/login`),
    )
  },
  classic: ({ classic: { base_url: url, account_id: account, user_id: user, user_password: password } }) =>
    curl(
      `-d ${quote(`account_id=${account}&user_id=${user}&user_password=${password}&type=campaigns_list&output=JSON`)}`,
      quote(`${url}/api.php`),
    ),
}

/** One argument a line, so that it can be read. */
function curl(...lines: readonly string[]): string {
  return `curl ${lines.join(' \\\n  ')}`
}

/** Quoted for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
