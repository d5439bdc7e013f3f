import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

const writeBufferBytes = 1 << 20;

/** Values in a file without a name, which the system deletes when the process ends: as many as fit on the disk, with little memory. */
export class RecordFile {
  readonly #file: number;
  readonly #starts: number[] = [];
  #end = 0;
  #buffered: Buffer[] = [];
  #bufferedBytes = 0;

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
    this.#buffered.push(bytes);
    this.#bufferedBytes += bytes.length;
    if (this.#bufferedBytes >= writeBufferBytes) this.#flush();
  }

  at(index: number): unknown {
    this.#flush();
    const start = this.#starts[index];
    if (start === undefined) throw new RangeError(`the file has no record ${index}`);
    const bytes = Buffer.allocUnsafe((this.#starts[index + 1] ?? this.#end) - start);
    for (let read = 0; read < bytes.length;) {
      const count = readSync(this.#file, bytes, read, bytes.length - read, start + read);
      if (count === 0) throw new Error('the file ends before its last record');
      read += count;
    }
    return deserialize(bytes);
  }

  close(): void {
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#bufferedBytes === 0) return;
    const bytes = Buffer.concat(this.#buffered);
    for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written);
    this.#buffered = [];
    this.#bufferedBytes = 0;
  }
}
