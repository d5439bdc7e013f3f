import type { ProblemBody } from '@tradewind/service';

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

type Extra = Readonly<Record<string, string>>;
export type Bytes = NonNullable<RequestInit['body']>;

/** The public HTTP API as somebody with an access token uses it, or nobody. */
export class Client {
  constructor(
    readonly url: string,
    readonly token?: string,
  ) {}

  get<T = ProblemBody>(path: string, headers: Extra = {}): Promise<Answer<T>> {
    return this.send('GET', path, undefined, headers);
  }

  post<T = ProblemBody>(path: string, body?: unknown, headers: Extra = {}): Promise<Answer<T>> {
    return this.send('POST', path, body, headers);
  }

  put<T = ProblemBody>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send('PUT', path, body);
  }

  patch<T = ProblemBody>(path: string, body: unknown): Promise<Answer<T>> {
    return this.send('PATCH', path, body);
  }

  delete<T = ProblemBody>(path: string): Promise<Answer<T>> {
    return this.send('DELETE', path);
  }

  send<T>(method: string, path: string, body?: unknown, headers: Extra = {}): Promise<Answer<T>> {
    return this.raw(method, path, body === undefined ? undefined : JSON.stringify(body), headers);
  }

  /** Bytes as they are. */
  async raw<T = ProblemBody>(method: string, path: string, body?: Bytes, headers: Extra = {}): Promise<Answer<T>> {
    const answer = await this.open(method, path, body, headers);
    const text = await answer.text();
    const json = /[/+]json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: (json ? JSON.parse(text) : text) as T };
  }

  /** The answer as it begins, for those that have no end. */
  open(method: string, path: string, body?: Bytes, headers: Extra = {}, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
  }
}
