import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

/** Bytes that are gathered before they are written. */
const gathered = 1 << 20;

/**
 * Values in a file that has no name and goes with the process: as many as a disk takes, hardly any in memory. Nobody else can
 * read it.
 */
export class RecordFile {
  readonly #file: number;
  readonly #starts: number[] = [];
  #end = 0;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'tradewind-recovery-'));
    this.#file = openSync(join(folder, 'records'), 'wx+', 0o600);
    rmSync(folder, { recursive: true });
  }

  get length(): number {
    return this.#starts.length;
  }

  append(value: object): void {
    const bytes = serialize(value);
    this.#starts.push(this.#end);
    this.#end += bytes.length;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= gathered) this.#write();
  }

  /** The value that so many others were appended before. */
  at(place: number): unknown {
    this.#write();
    const start = this.#starts[place]!;
    const bytes = Buffer.allocUnsafe((this.#starts[place + 1] ?? this.#end) - start);
    for (let read = 0; read < bytes.length;) {
      const more = readSync(this.#file, bytes, read, bytes.length - read, start + read);
      if (more === 0) throw new Error('the file of records ends before its last record');
      read += more;
    }
    return deserialize(bytes);
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(): void {
    if (this.#waitingBytes === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written);
    this.#waiting = [];
    this.#waitingBytes = 0;
  }
}
