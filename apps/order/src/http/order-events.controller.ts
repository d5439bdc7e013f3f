import { Controller, Get, Headers, Inject, Param, Req, Res } from '@nestjs/common';
import type { OrderId } from '@tradewind/contracts';
import {
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  bearerToken,
  Clock,
  Closed,
  CurrentUser,
  Places,
  problem,
  TokenVerifier,
  type User,
} from '@tradewind/service';
import type { Request, Response } from 'express';
import { EventStream } from './event-stream.js';
import { OrderPath } from './order.dto.js';
import { eventForBuyer } from './order.view.js';
import { hasEnded, OwnOrders } from './own-orders.js';

const eventId = /^[0-9]{1,6}$/;
/** An idle stream sends a comment this often; many proxies close a connection after 30 to 60 s without data. */
const heartbeatMs = 15_000;

@ApiTags('orders')
@Controller('orders')
export class OrderEventsController {
  readonly #streams = new Places({ perPerson: 5, total: 1_000, what: 'event streams' });

  constructor(
    private readonly own: OwnOrders,
    private readonly tokens: TokenVerifier,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Sends each event of the order's history after `Last-Event-ID`, once. The stream ends with the order or with the access token; 204: there
   * are no more events.
   */
  @Get(':id/events')
  @ApiOperation({
    summary: 'The events of one of your orders, as server-sent events',
    description: 'At most 5 streams at a time. A stream ends when its access token expires.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Continue after this event of the stream; 0 is its beginning.',
    schema: { type: 'string', pattern: eventId.source, example: '2' },
  })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiNotFoundResponse()
  @ApiTooManyRequestsResponse({ description: 'You have 5 event streams already.' })
  async follow(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Headers('last-event-id') last: string | undefined,
    @Closed() closed: AbortSignal,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const after = eventNumber(last);
    if (closed.aborted) return;
    closed.addEventListener('abort', this.#streams.take(user.id));
    await this.own.expect(user.id, id, closed);
    const known = await this.own.history(id, 0, closed, 0);
    if (known && after > known.history.length) throw noSuchEvent();
    if (known && hasEnded(known) && known.history.length <= after) return void response.status(204).end();
    const isAllowed = (): Promise<boolean> =>
      this.tokens.verify(bearerToken(request) ?? '').then(
        () => true,
        () => false,
      );
    await this.#stream(id, after, new EventStream(response), closed, user.expiresAt, isAllowed);
  }

  /** A token that has expired, or is not accepted any more for another reason, ends the stream before the next event. */
  async #stream(
    id: OrderId,
    after: number,
    stream: EventStream,
    closed: AbortSignal,
    expiresAt: number,
    isAllowed: () => Promise<boolean>,
  ): Promise<void> {
    let sent = after;
    while (stream.open) {
      const left = expiresAt - this.clock.now().getTime();
      const row = await this.own.history(id, sent, closed, Math.min(heartbeatMs, Math.max(0, left)));
      if (!(await isAllowed())) return stream.end();
      for (const { what, ...event } of row?.history.slice(sent).map(eventForBuyer) ?? [])
        stream.send(++sent, what, { orderId: id, ...event });
      if (!row) stream.heartbeat();
      else if (hasEnded(row)) stream.end();
    }
  }
}

function eventNumber(last: string | undefined): number {
  if (last === undefined) return 0;
  if (eventId.test(last)) return Number(last);
  throw noSuchEvent();
}

function noSuchEvent() {
  const detail = 'must be the id of an event of this stream';
  return problem(400, 'invalid-request', `the header Last-Event-ID ${detail}`, {
    errors: [{ field: 'Last-Event-ID', detail }],
  });
}
