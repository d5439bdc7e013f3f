import { Inject, Injectable } from '@nestjs/common';
import { rows, nothing, save, type Decision, type Effect, type HandlerContext } from '@tradewind/messaging';
import type { PublishedMessage } from '@tradewind/messaging/message';
import { Clock } from '@tradewind/service';
import { webhookBody } from '../domain/webhook-body.js';
import { delivered, deliverWebhook, isEnabled } from '../domain/webhook-endpoint.js';
import { OrderConfig } from '../order.config.js';
import { WebhookEndpoints } from '../storage/order.tables.js';
import { WebhookQueries } from '../storage/webhook.queries.js';
import { signatureOf } from '../webhooks/signature.js';
import { WebhookReceiver } from '../webhooks/webhook-receiver.js';
import { WebhookSecrets } from '../webhooks/webhook-secrets.js';

type Delivery = 'delivered' | 'skipped';

const load = { endpoints: rows(WebhookEndpoints, ({ target }: PublishedMessage) => [target]) };

/**
 * Delivers one event to one endpoint, at least once. An answer that is not 2xx, or none, is retried; the later events of the endpoint wait. After
 * WEBHOOK_MAX_ATTEMPTS the delivery is a dead letter.
 */
@Injectable()
export class DeliverWebhookEffect implements Effect<PublishedMessage, Delivery, typeof load> {
  readonly name = deliverWebhook;
  readonly load = load;
  readonly maxAttempts: number;
  /** One hour: 20 attempts take about four hours. */
  readonly maxBackOffMs = 3_600_000;

  constructor(
    config: OrderConfig,
    private readonly endpoints: WebhookQueries,
    private readonly receiver: WebhookReceiver,
    private readonly secrets: WebhookSecrets,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.maxAttempts = config.WEBHOOK_MAX_ATTEMPTS;
  }

  async run(message: PublishedMessage, { signal }: { readonly signal: AbortSignal }): Promise<Delivery> {
    const endpoint = await this.endpoints.find(message.target);
    if (!isEnabled(endpoint)) return 'skipped';
    const body = webhookBody(message);
    const signature = signatureOf(body, this.secrets.unwrap(endpoint), this.clock.now());
    const headers = { 'content-type': 'application/json', 'x-event-id': message.id, 'x-signature': signature };
    const status = await this.receiver.post(endpoint.url, headers, body, signal);
    if (status < 200 || status > 299) throw new Error(`the endpoint answered ${status}`);
    return 'delivered';
  }

  settle({ target }: PublishedMessage, result: Delivery, { endpoints, now }: HandlerContext<typeof load>): Decision {
    const endpoint = endpoints.get(target);
    return endpoint && result === 'delivered' ? save(WebhookEndpoints, delivered(endpoint, now)) : nothing();
  }
}
