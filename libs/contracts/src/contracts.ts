import { MessageRegistry } from '@tradewind/messaging/message';
import * as user from './user/index.js';
import * as product from './product/index.js';
import * as stock from './stock/index.js';
import * as cart from './cart/index.js';
import * as order from './order/index.js';
import * as payment from './payment/index.js';
import * as platform from './platform/index.js';

/** Every message of the shop. A class that is not listed here is unknown to the services. */
export const contracts = new MessageRegistry([
  user.UserRegistered,
  user.ProfileUpdated,
  user.StaffAccountChanged,
  user.UserForgotten,
  user.SigningKeyAnnounced,
  user.SigningKeyRetired,
  user.DataKeyAnnounced,
  user.DataKeyDestroyed,
  user.SessionRevoked,
  user.SessionRevocationEnded,
  product.ProductAdded,
  product.ProductRenamed,
  product.ProductRepriced,
  product.ProductSkuChanged,
  product.ProductArchived,
  product.ProductRestored,
  product.ProductAvailabilityChanged,
  product.StockAdjusted,
  stock.ReserveStock,
  stock.ReleaseStock,
  stock.SellStock,
  stock.TakeBackStock,
  stock.StockReserved,
  stock.StockRefused,
  stock.StockReleased,
  stock.StockSold,
  stock.StockTakenBack,
  cart.CartItemSet,
  cart.CartEmptied,
  cart.CartCheckedOut,
  cart.CartItemsReturned,
  order.OrderPlaced,
  order.OrderAddressChanged,
  order.OrderConfirmed,
  order.OrderRejected,
  order.OrderCancellationRequested,
  order.OrderCancelled,
  order.OrderGoodwillRecorded,
  payment.TakePayment,
  payment.RefundPayment,
  payment.PaymentStarted,
  payment.PaymentTaken,
  payment.PaymentDeclined,
  payment.RefundStarted,
  payment.PaymentRefunded,
  payment.GoodwillStarted,
  payment.GoodwillRefunded,
  payment.GoodwillFailed,
  platform.InstanceSeen,
  platform.InstanceGone,
]);
