import type { FastifyInstance } from 'fastify'
import { findTenant } from '../../core/accounts/index.ts'
import { findFile } from '../../core/files/index.ts'
import { listCards } from '../../core/loyalty/index.ts'
import { type Ctx, makeCtx, type Server } from '../../platform/ctx.ts'
import type { OpaqueKind } from '../../platform/ids.ts'
import { codePicture, qrPicture } from '../../platform/pictures/index.ts'

/**
 * Pictures by addresses that nobody can guess: `/files/{tenant}/{opaque id}`, and of a card's number
 * `/files/{tenant}/{opaque id of the card}.png` (bars) or `.qr.png`. Whoever was told the address may look.
 */
export function serveFiles(app: FastifyInstance, server: Server): void {
  app.get<{ Params: { tenant: string; name: string } }>('/files/:tenant/:name', async (request, reply) => {
    const { tenant: slug, name } = request.params
    const tenant = slug.length <= 40 ? await findTenant(server, slug) : undefined
    const ctx = tenant && makeCtx(server, tenant, { kind: 'system', id: 'files', via: 'files' })
    const picture = ctx && (await pictureAt(ctx, name))
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'private, max-age=300' })
    if (!picture) return reply.code(404).type('text/plain; charset=utf-8').send('Not found')
    return reply.type(picture.mediaType).send(picture.content)
  })
}

async function pictureAt(ctx: Ctx, name: string): Promise<{ mediaType: string; content: Buffer } | undefined> {
  const [, id = '', kind = ''] = /^([0-9a-f]{32})(\.png|\.qr\.png)?$/.exec(name) ?? []
  if (kind === '') {
    const file = ctx.ids.read('file', ctx.tenant.id, id)
    return file === undefined ? undefined : findFile(ctx, file)
  }
  const cardId = ctx.ids.read('card', ctx.tenant.id, id)
  const card =
    cardId === undefined ? undefined : (await listCards(ctx, { ids: [cardId], offset: 0, limit: 1 })).items[0]
  const content = card && (kind === '.png' ? codePicture(card.number) : qrPicture(card.number))
  return content && { mediaType: 'image/png', content }
}

/** Where `serveFiles` answers. */
export function fileUrl(
  ctx: Ctx,
  of: { publicUrl: string; kind: Extract<OpaqueKind, 'file' | 'card'>; id: number; ending?: '.png' | '.qr.png' },
): string {
  return `${of.publicUrl}/files/${ctx.tenant.slug}/${ctx.ids.hex(of.kind, ctx.tenant.id, of.id)}${of.ending ?? ''}`
}
