import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** The client's IP address: the last entry of X-Forwarded-For, which the gateway sets, or the peer of the connection. */
export function clientAddress(request: Pick<Request, 'get' | 'socket'>): string {
  const forwarded = request.get('x-forwarded-for')?.split(',').at(-1)?.trim();
  return forwarded || request.socket.remoteAddress || 'unknown';
}

export const ClientAddress = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  clientAddress(context.switchToHttp().getRequest<Request>()),
);
