import type { UserId } from '@tradewind/contracts/ids';
import { rejection, type Rejection } from '@tradewind/kernel';

/** The name of the effect that delivers. Its key is the endpoint: each gets one delivery at a time, in the order of publication. */
export const deliverWebhook = 'order.deliver-webhook';

/** The address of a partner that gets events. */
export interface WebhookEndpoint {
  readonly endpointId: string;
  readonly url: string;
  /** Message types: `order.confirmed`. */
  readonly events: readonly string[];
  /** A disabled endpoint gets nothing, neither what waits nor what happens meanwhile. */
  readonly status: 'enabled' | 'disabled';
  /** The key of the signatures, encrypted with the deployment's secret. */
  readonly wrappedSecret: string;
  readonly createdBy: UserId;
  readonly createdAt: Date;
  /** Number of deliveries that the partner has accepted. */
  readonly delivered: number;
  readonly lastDeliveredAt?: Date;
}

/** One delivery at a time to each endpoint, so endpoints share the concurrent calls of an instance. */
export const maxEndpoints = 20;

export const tooManyEndpoints = rejection('too-many-endpoints');
export const unknownEndpoint = rejection('unknown-endpoint');

/** The new endpoint, or a rejection where there are enough. */
export const register = (endpoint: WebhookEndpoint, existing: number): WebhookEndpoint | Rejection =>
  existing >= maxEndpoints ? tooManyEndpoints : endpoint;

export const isEnabled = (endpoint: WebhookEndpoint | undefined): endpoint is WebhookEndpoint =>
  endpoint?.status === 'enabled';

/** A delivery was accepted by the partner. */
export const delivered = (endpoint: WebhookEndpoint, now: Date): WebhookEndpoint => ({
  ...endpoint,
  delivered: endpoint.delivered + 1,
  lastDeliveredAt: now,
});
