import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Health } from '@tradewind/service';
import { Upstreams } from '../discovery/upstreams.js';
import { routedServices } from '../domain/routes.js';
import { ApiDocs } from '../docs/api-docs.js';
import { RequestPipeline } from './request-pipeline.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Replaces Express as the listener of the HTTP server: requests for a service skip its parsers and middleware, which would cost
 * more than forwarding. Express gets the others (health, metrics, docs, unknown paths).
 */
@Injectable()
export class RequestListener implements OnApplicationBootstrap {
  constructor(
    private readonly adapters: HttpAdapterHost,
    private readonly pipeline: RequestPipeline,
    private readonly docs: ApiDocs,
    health: Health,
    upstreams: Upstreams,
  ) {
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
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.pipeline.middleware(request, response, () =>
        this.docs.middleware(request, response, () => express.forEach((listener) => listener(request, response))),
      ),
    );
  }
}
