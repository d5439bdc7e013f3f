import { seededRandom } from '../../tools/shop/retail/seeded-random.js';
import { Client } from '../journeys/api/client.js';
import { aCustomer, aProduct, logIn, placeOrderAndWait } from '../journeys/api/customers.js';
import type { Page, Payment } from '../journeys/api/responses.js';
import type { Attack, AttackedShop } from './attack.js';
import { readOperations } from './operations.js';

export interface AttackOptions {
  readonly gatewayUrl: string;
  readonly admin: { readonly email: string; readonly password: string };
  readonly seed: number;
  readonly families: readonly Attack[];
  readonly log: (line: string) => void;
}

export interface FamilyResult {
  readonly family: string;
  readonly tries: number;
  /** What was tried, and what is wrong with the result. */
  readonly findings: readonly string[];
}

/** Runs families of attacks against a running shop, one after another. Makes customers and an order of its own; touches nothing else. */
export async function runAttacks({ gatewayUrl, admin, seed, families, log }: AttackOptions): Promise<FamilyResult[]> {
  const shop = await prepare(gatewayUrl, admin, seed);
  const results: FamilyResult[] = [];
  for (const family of families) {
    const findings: string[] = [];
    let tries = 0;
    await family.run(shop, (what, wrong) => {
      tries++;
      if (wrong !== undefined) findings.push(`${what} ${wrong}`);
    });
    if (tries === 0) findings.push('nothing was tried');
    log(`${family.name}: ${tries} tries, ${findings.length} findings`);
    for (const finding of findings) log(`  ${finding}`);
    results.push({ family: family.name, tries, findings });
  }
  return results;
}

async function prepare(url: string, { email, password }: AttackOptions['admin'], seed: number): Promise<AttackedShop> {
  const anonymous = new Client(url);
  const [admin, owner, stranger] = await Promise.all([logIn(url, email, password), aCustomer(url), aCustomer(url)]);
  const product = await aProduct(admin);
  const order = await placeOrderAndWait(owner, product);
  const payments = await admin.get<Page<Payment>>(`/payments?orderId=${order.id}`);
  const ids = {
    products: product.id,
    cart: product.id,
    orders: order.id,
    staff: order.id,
    payments: payments.body.items[0]!.id,
  };
  return {
    anonymous,
    admin,
    owner,
    stranger,
    idFor: (path) => ids[path.split('/')[1] as keyof typeof ids] ?? order.id,
    operations: await readOperations(anonymous),
    random: seededRandom(seed, 'attacks'),
  };
}
