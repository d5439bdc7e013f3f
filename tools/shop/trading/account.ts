import type { Tokens } from './api.js';
import { UnexpectedAnswer, type Answer, type Call, type GatewayClient } from './gateway-client.js';

export interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

/** A token is renewed after this share of its lifetime, so that no running call is rejected. */
const renewAfter = 0.75;

/** A logged-in user. Renews its tokens before they expire, and when one is rejected. */
export class Account {
  private renewing?: Promise<void> | undefined;
  private renewAt = 0;
  private tokens?: Tokens;

  private constructor(
    private readonly client: GatewayClient,
    private readonly person: Omit<Person, 'name'>,
  ) {}

  /** Registers the person if needed, and logs in. */
  static async register(
    client: GatewayClient,
    { email, password, name }: Person,
  ): Promise<{ account: Account; userId: string; isNew: boolean }> {
    const registered = await client.call<{ id: string }>({
      op: 'register',
      method: 'POST',
      path: '/users',
      body: { email, password, name },
      expect: [201, 409],
    });
    const account = await Account.logIn(client, { email, password });
    if (registered.status === 201) return { account, userId: registered.body.id, isNew: true };
    const me = await account.call<{ id: string }>({ op: 'read-self', method: 'GET', path: '/users/me', expect: [200] });
    return { account, userId: me.body.id, isNew: false };
  }

  static async logIn(client: GatewayClient, person: Omit<Person, 'name'>): Promise<Account> {
    const account = new Account(client, person);
    await account.renew();
    return account;
  }

  async call<T>(call: Call): Promise<Answer<T>> {
    if (Date.now() > this.renewAt) await this.renew();
    const used = this.tokens;
    const answer = await this.client.call<T>(this.signed(call, [...call.expect, 401]));
    if (answer.status !== 401) return answer;
    // Calls of one person run concurrently: only the first rejected one renews the common tokens.
    if (this.tokens === used) await this.renew();
    return this.client.call<T>(this.signed(call, call.expect));
  }

  private signed(call: Call, expect: readonly number[]): Call {
    return { ...call, expect, headers: { ...call.headers, authorization: `Bearer ${this.tokens!.accessToken}` } };
  }

  private renew(): Promise<void> {
    this.renewing ??= this.fetchTokens().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async fetchTokens(): Promise<void> {
    const { email, password } = this.person;
    const requestedAt = Date.now();
    const refreshed =
      this.tokens && (await this.tokensOf('/auth/refresh', { refreshToken: this.tokens.refreshToken }, [200, 401]));
    // A refresh token can be used once. If the answer was lost, log in with the password again.
    const tokens = refreshed ?? (await this.tokensOf('/auth/login', { email, password }, [200]));
    if (!tokens?.accessToken)
      throw new UnexpectedAnswer({ method: 'POST', path: '/auth/login' }, 'the answer has no access token');
    this.tokens = tokens;
    this.renewAt = requestedAt + tokens.expiresIn * 1_000 * renewAfter;
  }

  private async tokensOf(path: string, body: object, expect: readonly number[]): Promise<Tokens | undefined> {
    const answer = await this.client.call<Tokens>({
      op: path.slice('/auth/'.length),
      method: 'POST',
      path,
      body,
      expect,
    });
    return answer.status === 200 ? answer.body : undefined;
  }
}
