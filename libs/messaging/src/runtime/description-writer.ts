import type { Type } from '@nestjs/common';
import type { ModuleRef, ModulesContainer } from '@nestjs/core';
import { descriptionHash, describeService, type ServiceDescription } from '../description/index.js';
import type { AnyEffect } from '../effects/index.js';
import type { DescriptionStore, Log, RuntimePorts } from '../ports/index.js';
import type { MessagingOptions } from './messaging.options.js';

/** An instance that was not seen for three times as long does not run. */
const intervalMs = 60_000;

/** What a DescriptionWriter needs of the application. */
export interface DescribedApplication {
  readonly options: MessagingOptions;
  readonly modules: ModulesContainer;
  readonly providers: ModuleRef;
  /** The name of the MessagingModule. */
  readonly name: string | undefined;
}

/** Describes the service of this process, and stores that in its database: at the start, and again while it runs. */
export class DescriptionWriter {
  readonly #stopping = new AbortController();
  #run: Promise<void> | undefined;

  constructor(
    private readonly application: DescribedApplication,
    private readonly parts: { readonly store: DescriptionStore; readonly ports: RuntimePorts; readonly log: Log },
  ) {}

  describe(): ServiceDescription {
    const { options, modules, providers, name } = this.application;
    const { service, contracts, sagas = [], effects = [], ignored = {}, deadLetters } = options;
    return describeService({
      service,
      messages: contracts.classes,
      controllers: controllersOf(modules),
      sagas,
      effects: effects.map((effect) => providers.get<AnyEffect>(effect, { strict: false })),
      ignored,
      ...(deadLetters ? { deadLetters } : {}),
      ...(name === undefined ? {} : { messaging: name }),
    });
  }

  start(): void {
    this.#run ??= this.#repeat();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  async #repeat(): Promise<void> {
    const { store, ports, log } = this.parts;
    const description = this.describe();
    const hash = descriptionHash(description);
    while (!this.#stopping.signal.aborted) {
      await store.keep(hash, description).catch((error: unknown) => {
        log('warn', 'the description of the service is not stored; it is tried again', { error: String(error) });
      });
      await ports.timers.wait(intervalMs, this.#stopping.signal);
    }
  }
}

const controllersOf = (modules: ModulesContainer): Type[] => [
  ...new Set(
    [...modules.values()].flatMap(({ controllers }) =>
      [...controllers.values()].flatMap(({ metatype }) => (typeof metatype === 'function' ? [metatype as Type] : [])),
    ),
  ),
];
