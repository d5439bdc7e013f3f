import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Health } from '@tradewind/service';
import cors from 'cors';
import { Upstreams } from '../discovery/upstreams.js';
import { originForm } from '../domain/request-target.js';
import { routedServices } from '../domain/routes.js';
import { ApiDocs } from '../docs/api-docs.js';
import { GatewayConfig } from '../gateway.config.js';
import { RequestPipeline } from './request-pipeline.js';

/** What a page may read of an answer besides its body. */
const exposedHeaders = ['location', 'retry-after', 'idempotent-replayed', 'x-request-id', 'x-access-token', 'link'];
/** How long a browser keeps the answer to its preflight request. */
const preflightSeconds = 600;

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Replaces Express as the listener of the HTTP server: requests for a service skip its parsers and middleware, which would cost
 * more than forwarding. Express gets the others (health, metrics, docs, unknown paths).
 */
@Injectable()
export class RequestListener implements OnApplicationBootstrap {
  readonly #cors: ReturnType<typeof cors>;

  constructor(
    private readonly config: GatewayConfig,
    private readonly adapters: HttpAdapterHost,
    private readonly pipeline: RequestPipeline,
    private readonly docs: ApiDocs,
    health: Health,
    upstreams: Upstreams,
  ) {
    this.#cors = cors({ origin: [...config.CORS_ORIGINS], exposedHeaders, maxAge: preflightSeconds });
    health.addCheck('the connection to the services', () =>
      Promise.resolve(
        routedServices.some((service) => upstreams.choose(service))
          ? undefined
          : 'no instance of any service can be reached',
      ),
    );
    health.addDegradation(() =>
      routedServices
        .filter((service) => !upstreams.choose(service))
        .map((service) => `${service}: no instance can be reached`),
    );
  }

  onApplicationBootstrap(): void {
    const server = this.adapters.httpAdapter.getHttpServer() as Server;
    const express = server.listeners('request') as Listener[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      readTarget(request);
      this.#allowOrigin(request, response, () =>
        this.pipeline.middleware(request, response, () =>
          this.docs.middleware(request, response, () => express.forEach((listener) => listener(request, response))),
        ),
      );
    });
  }

  #allowOrigin(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    if (this.config.CORS_ORIGINS.length === 0 || request.headers.origin === undefined) return next();
    this.#cors(request, response, next);
  }
}

function readTarget(request: IncomingMessage): void {
  const { path, host } = originForm(request.url ?? '');
  if (host === undefined) return;
  request.url = path;
  request.headers.host = host;
}
