import type { ProblemBody } from '@tradewind/service';

export interface ApiResponse<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

type ExtraHeaders = Readonly<Record<string, string>>;
export type Bytes = NonNullable<RequestInit['body']>;

/** A client of the public HTTP API, with an access token or without. */
export class Client {
  constructor(
    readonly url: string,
    readonly token?: string,
  ) {}

  get<T = ProblemBody>(path: string, headers: ExtraHeaders = {}): Promise<ApiResponse<T>> {
    return this.send('GET', path, undefined, headers);
  }

  post<T = ProblemBody>(path: string, body?: unknown, headers: ExtraHeaders = {}): Promise<ApiResponse<T>> {
    return this.send('POST', path, body, headers);
  }

  put<T = ProblemBody>(path: string, body: unknown): Promise<ApiResponse<T>> {
    return this.send('PUT', path, body);
  }

  patch<T = ProblemBody>(path: string, body: unknown): Promise<ApiResponse<T>> {
    return this.send('PATCH', path, body);
  }

  delete<T = ProblemBody>(path: string): Promise<ApiResponse<T>> {
    return this.send('DELETE', path);
  }

  send<T>(method: string, path: string, body?: unknown, headers: ExtraHeaders = {}): Promise<ApiResponse<T>> {
    return this.raw(method, path, body === undefined ? undefined : JSON.stringify(body), headers);
  }

  /** Sends the body unchanged. */
  async raw<T = ProblemBody>(
    method: string,
    path: string,
    body?: Bytes,
    headers: ExtraHeaders = {},
  ): Promise<ApiResponse<T>> {
    const response = await this.open(method, path, body, headers);
    const text = await response.text();
    const json = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as T };
  }

  /** Returns the response before its body is complete, for streams. */
  open(
    method: string,
    path: string,
    body?: Bytes,
    headers: ExtraHeaders = {},
    signal?: AbortSignal,
  ): Promise<Response> {
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
