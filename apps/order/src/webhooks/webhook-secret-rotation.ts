import { Inject, Injectable } from '@nestjs/common';
import { Commands } from '@tradewind/messaging';
import { rewrapSecret } from '../commands/webhook-endpoint.command.js';
import { WebhookQueries } from '../storage/webhook.queries.js';
import { WebhookSecrets } from './webhook-secrets.js';

/** Wraps every endpoint's secret anew with the first secret of DATA_KEY_SECRET, beside the running service. */
@Injectable()
export class WebhookSecretRotation {
  constructor(
    private readonly queries: WebhookQueries,
    private readonly secrets: WebhookSecrets,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  async run(): Promise<{ readonly secretId: string; readonly webhookSecrets: number }> {
    const old = (await this.queries.list()).filter((endpoint) => !this.secrets.isCurrent(endpoint));
    for (const endpoint of old)
      await this.commands.run(rewrapSecret, {
        endpointId: endpoint.endpointId,
        before: endpoint.wrappedSecret,
        wrappedSecret: this.secrets.rewrap(endpoint),
      });
    return { secretId: this.secrets.currentId, webhookSecrets: old.length };
  }
}
