import { idOf, type Id } from './id.js';

export type UserId = Id<'user'>;
export type ProductId = Id<'product'>;
export type OrderId = Id<'order'>;
export type PaymentId = Id<'payment'>;
export type MessageId = Id<'message'>;

export const userId = idOf('user');
export const productId = idOf('product');
export const orderId = idOf('order');
export const paymentId = idOf('payment');
export const messageId = idOf('message');
