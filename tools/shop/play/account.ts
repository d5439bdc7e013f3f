import type { Tokens } from './api.js';
import { Unexpected, type Answer, type Call, type GatewayClient } from './gateway-client.js';

export interface Person {
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

/** Renewed when this share of its time is over, so that no call under way is refused. */
const renewAfter = 0.75;

/** Somebody who is logged in, and stays so: tokens are renewed before they expire, or when one is refused. */
export class Account {
  private renewing?: Promise<void> | undefined;
  private renewAt = 0;
  private tokens?: Tokens;

  private constructor(
    private readonly client: GatewayClient,
    private readonly person: Omit<Person, 'name'>,
  ) {}

  /** Registers the person; one who has registered before is only logged in. */
  static async open(
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
    // Calls of one person run side by side: only the first that is refused renews what all of them use.
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
    const asked = Date.now();
    const refreshed =
      this.tokens && (await this.tokensOf('/auth/refresh', { refreshToken: this.tokens.refreshToken }, [200, 401]));
    // A refresh whose answer was lost has used up the refresh token: then the password is asked for again.
    const tokens = refreshed ?? (await this.tokensOf('/auth/login', { email, password }, [200]));
    if (!tokens?.accessToken)
      throw new Unexpected({ method: 'POST', path: '/auth/login' }, 'the answer has no access token');
    this.tokens = tokens;
    this.renewAt = asked + tokens.expiresIn * 1_000 * renewAfter;
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
