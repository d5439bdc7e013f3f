import { randomUUID } from 'node:crypto';
import { money, type Money } from '@tradewind/kernel';
import { Client, type Answer } from './client.js';
import type { Accepted, Order, Product, Profile, Tokens } from './views.js';

/** Somebody who is logged in. */
export class Person extends Client {
  constructor(
    url: string,
    readonly email: string,
    readonly password: string,
    readonly tokens: Tokens,
  ) {
    super(url, tokens.accessToken);
  }
}

export const pounds = (pence: number): Money => money(pence, 'GBP');

export const anAddress = (line1 = '1 Harbour Street') => ({
  name: 'Ann Lee',
  line1,
  city: 'Bristol',
  postcode: 'BS1 1AA',
  country: 'GB',
});

export const aKey = (): string => randomUUID();

export async function logIn(url: string, email: string, password: string): Promise<Person> {
  const { status, body } = await new Client(url).post<Tokens>('/auth/login', { email, password });
  if (status !== 200) throw new Error(`${email} can't log in: ${status} ${JSON.stringify(body)}`);
  return new Person(url, email, password, body);
}

/** Registered and logged in, with an address that nobody else has. */
export async function aPerson(url: string): Promise<Person> {
  const email = `${randomUUID()}@example.com`;
  const password = 'correct horse battery';
  const { status, body } = await new Client(url).post<Profile>('/users', { email, password, name: 'Ann Lee' });
  if (status !== 201) throw new Error(`${email} can't register: ${status} ${JSON.stringify(body)}`);
  return logIn(url, email, password);
}

/** A product that nobody else's story touches. */
export async function aProduct(admin: Client, { price = 1_000, stock = 100, name = 'Lantern' } = {}): Promise<Product> {
  const { status, body } = await admin.post<Product>('/products', {
    sku: `T ${randomUUID()}`,
    name,
    price: pounds(price),
    stock,
  });
  if (status !== 201) throw new Error(`a product can't be added: ${status} ${JSON.stringify(body)}`);
  return body;
}

export const putIn = (buyer: Client, product: Pick<Product, 'id'>, quantity = 1): Promise<Answer<unknown>> =>
  buyer.put(`/cart/items/${product.id}`, { quantity });

export const checkOut = (
  buyer: Client,
  {
    paymentMethod = 'sim_ok',
    key = aKey(),
    ...more
  }: { paymentMethod?: string; key?: string; expectedTotal?: Money } = {},
): Promise<Answer<Accepted>> =>
  buyer.post('/cart/checkout', { paymentMethod, shippingAddress: anAddress(), ...more }, { 'idempotency-key': key });

/** Puts the product into the cart and checks out. The order need not have its outcome yet. */
export async function order(
  buyer: Client,
  product: Pick<Product, 'id'>,
  { quantity = 1, paymentMethod = 'sim_ok' } = {},
): Promise<string> {
  await putIn(buyer, product, quantity);
  const { status, body } = await checkOut(buyer, { paymentMethod });
  if (status !== 202) throw new Error(`an order is not accepted: ${status} ${JSON.stringify(body)}`);
  return body.orderId;
}

/** The order when it has its outcome. */
export async function outcome(buyer: Client, orderId: string): Promise<Order> {
  const { body } = await buyer.get<Order>(`/orders/${orderId}`, { prefer: 'wait=20' });
  return body;
}

export const orderAndWait = async (
  buyer: Client,
  product: Pick<Product, 'id'>,
  wish: Parameters<typeof order>[2] = {},
): Promise<Order> => outcome(buyer, await order(buyer, product, wish));
