import {
  PostgresReplayStore,
  Replay,
  readRequest,
  ReplayRejected,
  type ReplayOptions,
  type ReplayRecord,
  type ReplayReport,
  type ReplayRequest,
} from '../replay/index.js';
import type { ServiceParts } from './service-parts.js';

/** Replays of a service, with the handlers that Nest's container has made. */
export class Replays {
  readonly #replays: PostgresReplayStore;

  constructor(private readonly parts: ServiceParts) {
    this.#replays = new PostgresReplayStore(parts.dataSource);
  }

  /** Handles messages of the topics again, beside the running consumers; see `Replay`. Rejects with ReplayRejected where it is not possible. */
  run(request: ReplayRequest, options: ReplayOptions = {}): Promise<ReplayReport> {
    const { runtime, ...environment } = this.parts;
    return new Replay(runtime, runtime.options, { ...environment, replays: this.#replays }, request, options).run();
  }

  /** Continues a replay that was stopped. */
  async resume(id: string, options: Omit<ReplayOptions, 'resume'> = {}): Promise<ReplayReport> {
    const stopped = await this.#replays.find(id);
    if (!stopped) throw new ReplayRejected(`there is no replay ${id}`);
    return this.run(readRequest(stopped.request), { ...options, resume: stopped });
  }

  /** Newest first. */
  list(): Promise<readonly ReplayRecord[]> {
    return this.#replays.list();
  }
}
