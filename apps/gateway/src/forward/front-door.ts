import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Health } from '@tradewind/service';
import { Upstreams } from '../discovery/upstreams.js';
import { routedServices } from '../domain/routes.js';
import { ApiDocs } from '../docs/api-docs.js';
import { Entrance } from './entrance.js';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Stands before Express: what belongs to a service is passed on without its parsers and middleware, which would cost more than
 * the passing on; the rest (health, metrics, docs, unknown paths) goes the usual way.
 */
@Injectable()
export class FrontDoor implements OnApplicationBootstrap {
  constructor(
    private readonly adapters: HttpAdapterHost,
    private readonly entrance: Entrance,
    private readonly docs: ApiDocs,
    health: Health,
    upstreams: Upstreams,
  ) {
    health.needs('the way to the services', () =>
      Promise.resolve(
        routedServices.some((service) => upstreams.choose(service))
          ? undefined
          : 'no instance of any service can be reached',
      ),
    );
    health.watches(() =>
      routedServices
        .filter((service) => !upstreams.choose(service))
        .map((service) => `${service}: no instance can be reached`),
    );
  }

  onApplicationBootstrap(): void {
    const server = this.adapters.httpAdapter.getHttpServer() as Server;
    const usual = server.listeners('request') as Listener[];
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.entrance.middleware(request, response, () =>
        this.docs.middleware(request, response, () => usual.forEach((listener) => listener(request, response))),
      ),
    );
  }
}
