import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { WebhookEndpoint } from '../domain/webhook-endpoint.js';

const columns = `endpoint_id as "endpointId", url, events, status, wrapped_secret as "wrappedSecret", created_by as "createdBy", created_at as "createdAt",
  delivered::float8 as delivered, last_delivered_at as "lastDeliveredAt"`;
const one = `select ${columns} from webhook_endpoints where endpoint_id = $1`;
const all = `select ${columns} from webhook_endpoints order by endpoint_id desc`;

/** A delivery that its endpoint has not accepted. */
export interface PendingDelivery {
  readonly payload: { readonly id: string; readonly type: string; readonly key: string; readonly occurredAt: string };
  readonly attempts: number;
  readonly lastError: string | null;
  /** Seconds until the next attempt; null for a dead letter. */
  readonly dueIn: number | null;
  /** Behind an earlier delivery. */
  readonly waitsForKey: boolean;
}

type Row = Omit<WebhookEndpoint, 'lastDeliveredAt'> & { readonly lastDeliveredAt: Date | null };

const endpointOf = ({ lastDeliveredAt, ...row }: Row): WebhookEndpoint => ({
  ...row,
  ...(lastDeliveredAt && { lastDeliveredAt }),
});

@Injectable()
export class WebhookQueries {
  constructor(private readonly dataSource: DataSource) {}

  async find(endpointId: string): Promise<WebhookEndpoint | undefined> {
    return (await this.dataSource.query<Row[]>(one, [endpointId])).map(endpointOf)[0];
  }

  /** Newest first. */
  async list(): Promise<WebhookEndpoint[]> {
    return (await this.dataSource.query<Row[]>(all)).map(endpointOf);
  }

  /** The first deliveries that wait, in the order in which they will be made. */
  async pending(endpointId: string, limit: number): Promise<PendingDelivery[]> {
    const { pendingEffectsOf } = await import('@tradewind/operations');
    const effects = await pendingEffectsOf({ order: this.dataSource }, endpointId, limit);
    return effects.map(({ payload, ...effect }) => ({ ...effect, payload: payload as PendingDelivery['payload'] }));
  }
}
