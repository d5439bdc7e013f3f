import { Body, Controller, Get, Inject, Param, Patch, Post } from '@nestjs/common';
import { isRejection, uuidv7, type Rejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  Acting,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  Clock,
  problem,
  Randomness,
  Requires,
  type ActingStaff,
} from '@tradewind/service';
import { registerEndpoint, switchEndpoint } from '../commands/webhook-endpoint.command.js';
import { maxEndpoints, type WebhookEndpoint } from '../domain/webhook-endpoint.js';
import { OrderConfig } from '../order.config.js';
import { WebhookQueries } from '../storage/webhook.queries.js';
import { WebhookSecrets } from '../webhooks/webhook-secrets.js';
import { urlProblem } from '../webhooks/webhook-url.js';
import { deliveredView, deliveryView, endpointView } from './webhook.view.js';
import {
  ChangeWebhook,
  DeliveriesAnswer,
  RegisteredWebhook,
  RegisterWebhook,
  WebhookAnswer,
  WebhookList,
  WebhookPath,
} from './webhooks.dto.js';

const maxListed = 100;

/** How partners get events of orders without Kafka. */
@ApiTags('webhooks')
@Controller('webhooks')
export class WebhooksController {
  constructor(
    private readonly config: OrderConfig,
    private readonly endpoints: WebhookQueries,
    private readonly secrets: WebhookSecrets,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  @Post()
  @Requires('webhooks.write')
  @ApiOperation({ summary: 'Deliver events of orders to an address, from now on (staff)' })
  @ApiCreatedResponse({ type: RegisteredWebhook, description: 'The only answer that has the secret' })
  @ApiConflictResponse({ description: 'There are enough endpoints.' })
  async register(@Acting() acting: ActingStaff, @Body() { url, events }: RegisterWebhook): Promise<RegisteredWebhook> {
    const detail = urlProblem(url, this.config.WEBHOOK_TARGETS);
    if (detail !== undefined)
      throw problem(400, 'invalid-request', `url ${detail}`, { errors: [{ field: 'url', detail }] });
    const endpointId = uuidv7(this.clock.now().getTime(), this.randomness.bytes(10));
    const { secret, wrappedSecret } = this.secrets.make(endpointId);
    expectDone(await this.commands.run(registerEndpoint, { endpointId, url, events, wrappedSecret, acting }));
    return { ...endpointView(await this.#find(endpointId)), secret };
  }

  @Get()
  @Requires('webhooks.read')
  @ApiOperation({ summary: 'All endpoints, newest first (staff)' })
  @ApiOkResponse({ type: WebhookList })
  async list(): Promise<WebhookList> {
    return { items: (await this.endpoints.list()).map(endpointView) };
  }

  @Patch(':id')
  @Requires('webhooks.write')
  @ApiOperation({ summary: 'Disable or enable an endpoint (staff)' })
  @ApiOkResponse({ type: WebhookAnswer })
  @ApiNotFoundResponse()
  async change(
    @Acting() acting: ActingStaff,
    @Param() { id }: WebhookPath,
    @Body() { enabled }: ChangeWebhook,
  ): Promise<WebhookAnswer> {
    expectDone(await this.commands.run(switchEndpoint, { endpointId: id, enabled, acting }));
    return endpointView(await this.#find(id));
  }

  @Get(':id/deliveries')
  @Requires('webhooks.read')
  @ApiOperation({ summary: 'How many deliveries were accepted, and which wait (staff)' })
  @ApiOkResponse({ type: DeliveriesAnswer })
  @ApiNotFoundResponse()
  async deliveries(@Param() { id }: WebhookPath): Promise<DeliveriesAnswer> {
    const endpoint = await this.#find(id);
    const pending = await this.endpoints.pending(id, maxListed);
    return { ...deliveredView(endpoint), pending: pending.map(deliveryView) };
  }

  async #find(id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.endpoints.find(id);
    if (!endpoint) throw unknownEndpoint();
    return endpoint;
  }
}

const unknownEndpoint = () => problem(404, 'not-found', 'there is no such endpoint');

function expectDone(result: string | Rejection): void {
  if (!isRejection(result)) return;
  if (result.rejected === 'unknown-endpoint') throw unknownEndpoint();
  throw problem(
    409,
    result.rejected,
    `there are ${maxEndpoints} endpoints already: one receiver can forward to others`,
  );
}
