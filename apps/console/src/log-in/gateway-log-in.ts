import { Logger } from '@nestjs/common';
import type { LogInRefused, Operator } from '@tradewind/console';
import { operatorOfToken } from './operator-of-token.js';

const timeoutMs = 10_000;

/** Logs in with an account of the shop, through the public API. */
export class GatewayLogIn {
  constructor(private readonly gatewayUrl: string) {}

  /** `address`: of the person's browser; failed log-ins are counted by account and address. */
  async logIn(email: string, password: string, address: string): Promise<Operator | LogInRefused> {
    const response = await this.#post('/auth/login', { email, password }, address).catch((error: unknown) => {
      new Logger('Console').warn(`the gateway does not answer: ${String(error)}`);
      return undefined;
    });
    if (!response)
      return {
        refused: 'The shop does not answer: logging in is not possible now. The command "tradewind" still works.',
      };
    if (response.status === 429)
      return { refused: `Too many attempts. Try again in ${response.headers.get('Retry-After') ?? 'a few'} seconds.` };
    if (response.status === 400 || response.status === 401) return { refused: 'The address or the password is wrong.' };
    if (!response.ok) return { refused: `The shop could not answer (status ${response.status}). Try again.` };
    const { accessToken, refreshToken } = (await response.json()) as { accessToken: string; refreshToken: string };
    // The session of the shop is not needed any more: the console has its own.
    await this.#post('/auth/logout', { refreshToken }, address).catch(() => undefined);
    return (
      operatorOfToken(accessToken, email) ?? {
        refused: 'This account may not use the console: it has no role of the staff.',
      }
    );
  }

  #post(path: string, body: object, address: string): Promise<Response> {
    return fetch(new URL(path, this.gatewayUrl), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
  }
}
