import { randomUUID } from 'node:crypto';
import type { StaffRole } from '@tradewind/contracts';
import { money, type Money } from '@tradewind/kernel';
import { Client, type ApiResponse } from './client.js';
import type { Accepted, Order, Product, Profile, Tokens } from './responses.js';

/** A logged-in user. */
export class Customer extends Client {
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

export async function logIn(url: string, email: string, password: string): Promise<Customer> {
  const { status, body } = await new Client(url).post<Tokens>('/auth/login', { email, password });
  if (status !== 200) throw new Error(`${email} cannot log in: ${status} ${JSON.stringify(body)}`);
  return new Customer(url, email, password, body);
}

/** Registers a user with a unique e-mail address and logs in. */
export async function aCustomer(url: string): Promise<Customer> {
  const email = `${randomUUID()}@example.com`;
  const password = 'correct horse battery';
  const { status, body } = await new Client(url).post<Profile>('/users', { email, password, name: 'Ann Lee' });
  if (status !== 201) throw new Error(`${email} cannot register: ${status} ${JSON.stringify(body)}`);
  return logIn(url, email, password);
}

/** A new member of staff with this role, logged in. */
export async function staffOf(admin: Client, role: StaffRole): Promise<Customer> {
  const email = `${role}-${randomUUID()}@example.com`;
  const password = 'a staff member has it';
  const { status, body } = await admin.post<Profile>('/staff/accounts', { email, password, name: 'Sam Lee', role });
  if (status !== 201) throw new Error(`${email} cannot be added: ${status} ${JSON.stringify(body)}`);
  return logIn(admin.url, email, password);
}

/** A product that no other scenario uses. */
export async function aProduct(admin: Client, { price = 1_000, stock = 100, name = 'Lantern' } = {}): Promise<Product> {
  const { status, body } = await admin.post<Product>('/products', {
    sku: `T ${randomUUID()}`,
    name,
    price: pounds(price),
    stock,
  });
  if (status !== 201) throw new Error(`cannot add a product: ${status} ${JSON.stringify(body)}`);
  return body;
}

export const putInCart = (buyer: Client, product: Pick<Product, 'id'>, quantity = 1): Promise<ApiResponse<unknown>> =>
  buyer.put(`/cart/items/${product.id}`, { quantity });

export const checkOut = (
  buyer: Client,
  {
    paymentMethod = 'sim_ok',
    key = aKey(),
    ...more
  }: { paymentMethod?: string; key?: string; expectedTotal?: Money } = {},
): Promise<ApiResponse<Accepted>> =>
  buyer.post('/cart/checkout', { paymentMethod, shippingAddress: anAddress(), ...more }, { 'idempotency-key': key });

/** Puts the product into the cart and checks out. Does not wait for the outcome. */
export async function placeOrder(
  buyer: Client,
  product: Pick<Product, 'id'>,
  { quantity = 1, paymentMethod = 'sim_ok' } = {},
): Promise<string> {
  await putInCart(buyer, product, quantity);
  const { status, body } = await checkOut(buyer, { paymentMethod });
  if (status !== 202) throw new Error(`the order is not accepted: ${status} ${JSON.stringify(body)}`);
  return body.orderId;
}

/** Waits for the outcome of the order and returns the order. */
export async function outcomeOf(buyer: Client, orderId: string): Promise<Order> {
  const { body } = await buyer.get<Order>(`/orders/${orderId}`, { prefer: 'wait=20' });
  return body;
}

export const placeOrderAndWait = async (
  buyer: Client,
  product: Pick<Product, 'id'>,
  options: Parameters<typeof placeOrder>[2] = {},
): Promise<Order> => outcomeOf(buyer, await placeOrder(buyer, product, options));
