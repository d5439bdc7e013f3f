import type { PlannedArticle } from '../retail/plan.js';
import type { Account } from './account.js';
import { pounds, type Page, type ProductView } from './api.js';
import { forEachConcurrently } from './concurrency.js';
import { UnexpectedAnswer } from './gateway-client.js';

export interface CatalogueResult {
  /** Product id by code. */
  readonly ids: ReadonlyMap<string, string>;
  readonly added: number;
  /** Existing products; those that differed got the plan's name, price and stock. */
  readonly known: number;
}

/** Adds or updates every article, so that the shop has the plan's names, prices and stock. */
export async function setUpCatalogue(
  admin: Account,
  articles: readonly PlannedArticle[],
  limit: number,
  done: (count: number) => void,
): Promise<CatalogueResult> {
  const present = new Map((await listProducts(admin)).map((product) => [product.sku, product]));
  const ids = new Map<string, string>();
  let added = 0;
  await forEachConcurrently(limit, articles, async (article) => {
    const product = present.get(article.sku) ?? (await addProduct(admin, article));
    if (typeof product === 'string') added++;
    else await updateProduct(admin, product, article);
    ids.set(article.sku, typeof product === 'string' ? product : product.id);
    done(ids.size);
  });
  return { ids, added, known: ids.size - added };
}

/** The id of the new product, or the existing product with this code, whatever its spelling is. */
async function addProduct(admin: Account, { sku, name, price, stock }: PlannedArticle): Promise<string | ProductView> {
  const body = { sku, name, price: pounds(price), stock };
  const { status, body: answer } = await admin.call<{ id: string; product?: { id: string } }>({
    op: 'add-product',
    method: 'POST',
    path: '/products',
    body,
    expect: [201, 409],
  });
  if (status === 201) return answer.id;
  if (!answer.product)
    throw new UnexpectedAnswer(
      { method: 'POST', path: '/products' },
      `it does not say which product has ${sku}`,
      status,
    );
  const path = `/products/${answer.product.id}`;
  return (await admin.call<ProductView>({ op: 'read-product', method: 'GET', path, expect: [200] })).body;
}

async function updateProduct(
  admin: Account,
  product: ProductView,
  { name, price, stock }: PlannedArticle,
): Promise<void> {
  if (product.name !== name || product.price.amount !== price) {
    await admin.call({
      op: 'change-product',
      method: 'PATCH',
      path: `/products/${product.id}`,
      body: { name, price: pounds(price) },
      expect: [200],
    });
  }
  const path = `/products/${product.id}`;
  for (let available = product.available, tries = 0; available !== stock; tries++) {
    if (tries === 5)
      throw new UnexpectedAnswer(
        { method: 'POST', path: `${path}/stock-adjustments` },
        `the stock is ${available} and does not become ${stock}`,
      );
    const body = { delta: stock - available, reason: 'opening-stock' };
    const { status, repeated } = await admin.call({
      op: 'adjust-stock',
      method: 'POST',
      path: `${path}/stock-adjustments`,
      body,
      expect: [201, 409, 422],
    });
    if (status === 201 && !repeated) return;
    // Rejected, or perhaps applied twice: read the current stock.
    available = (await admin.call<ProductView>({ op: 'read-product', method: 'GET', path, expect: [200] })).body
      .available;
  }
}

async function listProducts(admin: Account): Promise<ProductView[]> {
  const products: ProductView[] = [];
  let cursor: string | null | undefined;
  do {
    const path = `/products?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
    const { body } = await admin.call<Page<ProductView>>({ op: 'list-products', method: 'GET', path, expect: [200] });
    products.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor);
  return products;
}
