import { idOf, type Id } from '@tradewind/kernel';

export * from './reasons.js';
export * from './roles.js';

export type UserId = Id<'user'>;
export type ProductId = Id<'product'>;
export type OrderId = Id<'order'>;
export type PaymentId = Id<'payment'>;

export const userId = idOf('user');
export const productId = idOf('product');
export const orderId = idOf('order');
export const paymentId = idOf('payment');
