import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { problem, type FieldError } from './problem.js';

/**
 * The first text or number that no database takes: NUL, half of a surrogate pair, a number that is not finite.
 * JSON has been bounded in depth before it gets here.
 */
export function unsound(value: unknown, field = ''): FieldError | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return { field, detail: 'must not contain the character NUL' };
    return /\p{Surrogate}/u.test(value) ? { field, detail: 'must be well-formed Unicode' } : undefined;
  }
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : { field, detail: 'must be a finite number' };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const here = field ? `${field}.${name}` : name;
    const found = unsound(name, here) ?? unsound(inner, here);
    if (found) return found;
  }
  return undefined;
}

/** Before any pipe or handler: what is unsound anywhere in path, query or body is answered with 400. */
export class SoundInput implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { params, query, body } = context.switchToHttp().getRequest<Request>();
    const error = unsound(params) ?? unsound(query) ?? unsound(body);
    if (error) throw problem(400, 'invalid-request', `${error.field} ${error.detail}`, { errors: [error] });
    return true;
  }
}
