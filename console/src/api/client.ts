/** One field at fault, as the server names it. */
export interface FieldError {
  readonly path: string
  readonly message: string
}

interface ProblemBody {
  readonly title?: string
  readonly status?: number
  readonly code?: string
  readonly detail?: string
  readonly errors?: readonly FieldError[]
}

/** A refusal of the server (application/problem+json), or no answer at all (`status` 0). */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly fields: readonly FieldError[]

  constructor(status: number, body: ProblemBody, options?: ErrorOptions) {
    super(body.detail ?? body.title ?? 'The server did not answer.', options)
    this.name = 'ApiProblem'
    this.status = status
    this.code = body.code ?? 'unknown'
    this.fields = body.errors ?? []
  }
}

type QueryValue = string | number | boolean | undefined | null

export interface RequestOptions {
  readonly query?: Readonly<Record<string, QueryValue>>
  readonly body?: unknown
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

let csrfToken = ''
let whenSignedOut: () => void = () => {}

/** The token lives in memory only; every page load gets it again with the session. */
export function keepCsrfToken(token: string): void {
  csrfToken = token
}

/** `listener` runs when the server says that the session is over, in the middle of the work. */
export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener
}

export function get<T>(path: string, options?: RequestOptions): Promise<T> {
  return send<T>('GET', path, options)
}

export function post<T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> {
  return send<T>('POST', path, { ...options, body: body ?? {} })
}

export function patch<T>(path: string, body: unknown): Promise<T> {
  return send<T>('PATCH', path, { body })
}

export function put<T>(path: string, body: unknown): Promise<T> {
  return send<T>('PUT', path, { body })
}

export function remove(path: string): Promise<void> {
  return send<void>('DELETE', path)
}

async function send<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await reach(method, path, options)
  if (response.status === 401 && path !== '/session') whenSignedOut()
  const text = await response.text()
  const body: unknown = text === '' ? undefined : parse(text)
  if (!response.ok) throw new ApiProblem(response.status, asProblem(body, response))
  return body as T // The server's own schemas answer for the shape; types.ts writes them down.
}

async function reach(method: string, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  if (method !== 'GET') headers['x-csrf-token'] = csrfToken
  if (options.idempotencyKey) headers['idempotency-key'] = options.idempotencyKey
  try {
    return await fetch(`/api/v1${path}${queryString(options.query)}`, {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new ApiProblem(0, { detail: 'The server cannot be reached. Check that it is running.' }, { cause })
  }
}

function queryString(query: RequestOptions['query']): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function asProblem(body: unknown, response: Response): ProblemBody {
  if (typeof body === 'object' && body !== null) return body
  return { detail: `The server answered ${response.status} ${response.statusText}.` }
}
