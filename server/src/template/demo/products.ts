import type { CategoryInput, ProductInput } from '../../core/catalog/index.ts'

/** code, name, price in whole euros, popularity against the others. */
type Row = readonly [code: string, name: string, price: number, popularity: number]

export interface DemoCategory {
  readonly externalId: string
  readonly name: string
  readonly rows: readonly Row[]
}

export const demoCategories: readonly DemoCategory[] = [
  {
    externalId: 'coffee',
    name: 'Coffee and tea',
    rows: [
      ['COF-100', 'House blend espresso, 500 g', 12.9, 60],
      ['COF-110', 'Single origin Ethiopia, 250 g', 11.5, 34],
      ['COF-120', 'Decaf Colombia, 250 g', 10.9, 16],
      ['COF-200', 'Hand grinder', 64, 6],
      ['COF-210', 'Pour-over set', 39.9, 9],
      ['COF-220', 'Paper filters, 100 pieces', 4.9, 38],
      ['TEA-200', 'Green sencha, 100 g', 9.5, 18],
      ['TEA-210', 'Mountain herbs, 80 g', 6.9, 20],
      ['TEA-220', 'Cast iron teapot', 54.9, 5],
    ],
  },
  {
    externalId: 'tableware',
    name: 'Tableware',
    rows: [
      ['TAB-100', 'Stoneware plate, 27 cm', 16.9, 22],
      ['TAB-110', 'Stoneware bowl', 12.9, 26],
      ['TAB-120', 'Espresso cup, set of four', 27.9, 14],
      ['TAB-130', 'Water glass, set of six', 24.5, 13],
      ['TAB-140', 'Wine glass, set of two', 32, 9],
      ['TAB-150', 'Linen napkins, set of four', 29.9, 10],
      ['TAB-160', 'Serving board, oak', 45, 8],
      ['TAB-170', 'Cutlery set, 16 pieces', 119, 3],
    ],
  },
  {
    externalId: 'cooking',
    name: 'Cooking',
    rows: [
      ['CKG-100', 'Cast iron pan, 28 cm', 79, 7],
      ['CKG-110', 'Chef’s knife, 20 cm', 98, 5],
      ['CKG-120', 'Wooden spoons, set of three', 14.9, 17],
      ['CKG-130', 'Mortar and pestle', 34.9, 6],
      ['CKG-140', 'Apron, washed cotton', 36.9, 8],
      ['CKG-150', 'Olive oil, 500 ml', 15.9, 30],
      ['CKG-160', 'Sea salt flakes', 5.9, 28],
      ['CKG-170', 'Spice box, seven tins', 42, 6],
      ['CKG-180', 'Cookbook: Four seasons', 28, 9],
    ],
  },
  {
    externalId: 'textiles',
    name: 'Textiles',
    rows: [
      ['TXT-100', 'Linen bed set', 149, 4],
      ['TXT-110', 'Bath towel, waffle', 27.9, 16],
      ['TXT-120', 'Hand towel, waffle', 14.9, 19],
      ['TXT-130', 'Cushion cover, linen', 24.9, 15],
      ['TXT-140', 'Throw, recycled cotton', 59.9, 7],
      ['TXT-150', 'Rug, jute, 160 by 230 cm', 189, 2],
      ['TXT-160', 'Tea towels, set of two', 17.9, 21],
    ],
  },
  {
    externalId: 'light',
    name: 'Light and scent',
    rows: [
      ['LGT-100', 'Beeswax candle', 8.9, 36],
      ['LGT-110', 'Scented candle: cedar', 24.9, 24],
      ['LGT-120', 'Scented candle: fig', 24.9, 21],
      ['LGT-130', 'Table lamp, opal glass', 129, 3],
      ['LGT-140', 'Lantern, steel', 34.9, 8],
      ['LGT-150', 'Incense, 40 sticks', 7.9, 15],
      ['LGT-160', 'Matches in a jar', 9.9, 17],
    ],
  },
  {
    externalId: 'garden',
    name: 'Plants and garden',
    rows: [
      ['GRD-100', 'Terracotta pot, 18 cm', 12.5, 18],
      ['GRD-110', 'Watering can, 5 l', 39.9, 6],
      ['GRD-120', 'Herb seeds, six kinds', 14.9, 14],
      ['GRD-130', 'Pruning shears', 32.9, 5],
      ['GRD-140', 'Monstera, medium', 29.9, 9],
      ['GRD-150', 'Garden gloves', 16.5, 8],
      ['GRD-160', 'Bird feeder, larch', 42, 5],
    ],
  },
  {
    externalId: 'gifts',
    name: 'Paper and gifts',
    rows: [
      ['GFT-100', 'Notebook, dotted', 12.9, 25],
      ['GFT-110', 'Fountain pen', 38, 6],
      ['GFT-120', 'Greeting card', 3.5, 55],
      ['GFT-130', 'Wrapping paper, two sheets', 5.9, 32],
      ['GFT-140', 'Wall calendar', 19.9, 8],
      ['GFT-150', 'Puzzle, 1,000 pieces', 26.9, 7],
      ['GFT-160', 'Tote bag, organic cotton', 15.9, 20],
    ],
  },
]

export const demoCategoryInputs: readonly CategoryInput[] = demoCategories.map(({ externalId, name }) => ({
  externalId,
  name,
  data: { inOrderMenus: true },
}))

/** What sales are made of. */
export interface DemoProduct {
  readonly code: string
  readonly name: string
  readonly priceMinor: number
  readonly categoryCode: string
  readonly popularity: number
}

export const demoProducts: readonly DemoProduct[] = demoCategories.flatMap(({ externalId, rows }) =>
  rows.map(([code, name, price, popularity]) => ({
    code,
    name,
    priceMinor: Math.round(price * 100),
    categoryCode: externalId,
    popularity,
  })),
)

export const demoProductInputs: readonly ProductInput[] = demoProducts.map((product, index) => ({
  code: product.code,
  name: product.name,
  categoryExternalId: product.categoryCode,
  brandExternalId: index % 3 === 0 ? 'nordwind' : index % 3 === 1 ? 'haus-am-see' : 'atelier-lund',
  priceMinor: product.priceMinor,
  oldPriceMinor: index % 11 === 0 ? Math.round(product.priceMinor * 1.2) : null,
  currency: 'EUR',
  vatRate: 19,
  available: index % 17 !== 5,
  stockQuantity: (index * 37) % 120,
  url: `https://shop.example/p/${product.code.toLowerCase()}`,
  codes: [{ listCode: 'GLOBAL', code: product.code }],
}))
