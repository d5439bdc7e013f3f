import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { problem, type FieldError } from './problem.js';

/**
 * The first field that the database would reject: NUL, half of a surrogate pair, a number that is not finite.
 * The depth of the JSON must be limited before.
 */
export function malformedField(value: unknown, field = ''): FieldError | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return { field, detail: 'must not contain the character NUL' };
    return /\p{Surrogate}/u.test(value) ? { field, detail: 'must be well-formed Unicode' } : undefined;
  }
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : { field, detail: 'must be a finite number' };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    const here = field ? `${field}.${name}` : name;
    const found = malformedField(name, here) ?? malformedField(inner, here);
    if (found) return found;
  }
  return undefined;
}

/** Answers 400 to malformed text or numbers in path, query or body, before any pipe or handler runs. */
export class WellFormedInputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const { params, query, body } = context.switchToHttp().getRequest<Request>();
    const error = malformedField(params) ?? malformedField(query) ?? malformedField(body);
    if (error) throw problem(400, 'invalid-request', `${error.field} ${error.detail}`, { errors: [error] });
    return true;
  }
}
