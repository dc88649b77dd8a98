import {
  type CategoryInput,
  type ProductInput,
  upsertBrands,
  upsertCategories,
  upsertProducts,
} from '../../core/catalog/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale } from '../../platform/money.ts'
import type { Places } from '../places.ts'

/** Three categories and six products with 19 % value added tax in the price: four flat ones, a composite, a bundle. */
export async function fillCatalogue(ctx: Ctx, places: Places): Promise<void> {
  await upsertCategories(ctx, categories)
  await upsertBrands(ctx, [{ externalId: 'nordwind', name: 'Nordwind' }])
  const wholePrice = 10 ** currencyScale(ctx.tenant.currency)
  await upsertProducts(
    ctx,
    products.map(({ price, ...product }) => ({
      ...product,
      priceMinor: Math.round(price * wholePrice),
      currency: ctx.tenant.currency,
      vatRate: 19,
      available: true,
      brandExternalId: 'nordwind',
      url: `https://shop.example/p/${product.code.toLowerCase()}`,
      imageUrl: `https://shop.example/images/${product.code.toLowerCase()}.jpg`,
      codes: [{ listCode: 'GLOBAL', code: product.code }],
      data: { ...product.data, ownedBy: places.business.id },
    })),
  )
}

const categories: readonly CategoryInput[] = [
  { externalId: 'home', name: 'Home and living', data: { inOrderMenus: true } },
  { externalId: 'kitchen', name: 'Kitchen', parentExternalId: 'home', data: { inOrderMenus: true } },
  { externalId: 'fashion', name: 'Fashion', data: { inOrderMenus: true } },
]

type TemplateProduct = ProductInput & { readonly price: number }

const stockQuantity = 100

const products: readonly TemplateProduct[] = [
  {
    code: 'MUG-01',
    name: 'Stoneware mug',
    description: 'Holds 350 ml, survives the dishwasher.',
    categoryExternalId: 'kitchen',
    price: 9.9,
    stockQuantity,
  },
  {
    code: 'TEA-01',
    name: 'Breakfast tea, 100 g',
    description: 'A strong blend from Assam and Ceylon.',
    categoryExternalId: 'kitchen',
    price: 7.5,
    stockQuantity,
  },
  {
    code: 'LAMP-01',
    name: 'Desk lamp',
    description: 'Warm light, brass arm, dimmable.',
    categoryExternalId: 'home',
    price: 59,
    stockQuantity,
  },
  {
    code: 'BLANKET-01',
    name: 'Wool blanket',
    description: 'Merino from the Allgäu, 140 by 200 cm.',
    categoryExternalId: 'home',
    price: 89.5,
    stockQuantity,
  },
  {
    code: 'SHIRT-01',
    name: 'Organic cotton shirt',
    description: 'Plain and heavy; comes in three sizes and two colours.',
    categoryExternalId: 'fashion',
    price: 29.9,
    stockQuantity,
    composition: 'composite',
    data: {
      variantAttributes: ['size', 'colour'],
      variants: ['S', 'M', 'L'].flatMap((size) =>
        ['white', 'navy'].map((colour) => ({
          code: `SHIRT-01-${size}-${colour.toUpperCase()}`,
          name: `Organic cotton shirt ${size} ${colour}`,
          attributes: { size, colour },
          priceMinor: 2_990,
        })),
      ),
    },
  },
  {
    code: 'GIFTBOX-01',
    name: 'Gift box of your choice',
    description: 'A mug, a tea, and what goes with them.',
    categoryExternalId: 'kitchen',
    price: 24.9,
    stockQuantity,
    composition: 'bundle',
    data: {
      flexible: true,
      components: [
        {
          name: 'Mug',
          kind: 'product',
          codes: ['MUG-01'],
          minimum: 1,
          maximum: 2,
          mandatory: true,
          priceIncluded: true,
        },
        {
          name: 'Tea',
          kind: 'product',
          codes: ['TEA-01'],
          minimum: 1,
          maximum: 3,
          mandatory: true,
          priceIncluded: true,
        },
      ],
      modifiers: [
        { code: 'WRAP', name: 'Gift wrapping', priceMinor: 250, minimum: 0, maximum: 1 },
        { code: 'CARD', name: 'Greeting card', priceMinor: 190, minimum: 0, maximum: 1 },
        { code: 'NO-RIBBON', name: 'Without ribbon', priceMinor: 0, minimum: 0, maximum: 1 },
      ],
    },
  },
]
