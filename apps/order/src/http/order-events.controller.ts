import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import type { OrderId } from '@tradewind/contracts';
import {
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  CurrentUser,
  problem,
  type User,
} from '@tradewind/service';
import type { Response } from 'express';
import type { HistoryRow } from '../storage/order.queries.js';
import { EventStream } from './event-stream.js';
import { OrderPath } from './order.dto.js';
import { eventForBuyer } from './order.view.js';
import { OwnOrders } from './own-orders.js';

const eventId = /^[0-9]{1,6}$/;
/** An idle stream sends a comment this often; many proxies close a connection after 30 to 60 s without data. */
const heartbeatMs = 15_000;

@ApiTags('orders')
@Controller('orders')
export class OrderEventsController {
  constructor(private readonly own: OwnOrders) {}

  /** Sends each event of the order's history after `Last-Event-ID`, once. The stream ends with the order; 204: there are no more events. */
  @Get(':id/events')
  @ApiOperation({ summary: 'The events of one of your orders, as server-sent events' })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Continue after this event.',
    schema: { type: 'string', pattern: eventId.source, example: '2' },
  })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiNotFoundResponse()
  async follow(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Headers('last-event-id') last: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const after = eventNumber(last);
    await this.own.expect(user.id, id);
    const first = await this.own.history(user.id, id, after, 0);
    if (first && hasEnded(first) && first.history.length <= after) return void response.status(204).end();
    await this.#stream(user, id, after, new EventStream(response));
  }

  async #stream(user: User, id: OrderId, after: number, stream: EventStream): Promise<void> {
    let sent = after;
    while (stream.open) {
      const row = await this.own.history(user.id, id, sent, heartbeatMs);
      for (const { what, ...event } of row?.history.slice(sent).map(eventForBuyer) ?? [])
        stream.send(++sent, what, { orderId: id, ...event });
      if (!row) stream.heartbeat();
      else if (hasEnded(row)) stream.end();
    }
  }
}

/** The order has no further events that its buyer waits for. */
const hasEnded = ({ status }: HistoryRow): boolean => status === 'rejected' || status === 'cancelled';

function eventNumber(last: string | undefined): number {
  if (last === undefined || last === '') return 0;
  if (eventId.test(last)) return Number(last);
  const detail = 'must be the id of an event of this stream';
  throw problem(400, 'invalid-request', `the header Last-Event-ID ${detail}`, {
    errors: [{ field: 'Last-Event-ID', detail }],
  });
}
