import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** The address of the person's machine: what the gateway wrote last into X-Forwarded-For, or who is connected. */
export const ClientAddress = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const request = context.switchToHttp().getRequest<Request>();
  const forwarded = request.get('x-forwarded-for')?.split(',').at(-1)?.trim();
  return forwarded || request.socket.remoteAddress || 'unknown';
});
