import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptySnapshot, readSnapshot, writeSnapshot } from './snapshot-file.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'gateway-'))));
afterAll(() => rm(folder, { recursive: true }));

const known = {
  instances: [{ instanceId: 'order-1', service: 'order', url: 'http://127.0.0.1:3004' }],
  keys: [{ kid: 'k', publicKey: 'x', notBefore: 'then', notAfter: 'later', signature: 's' }],
};

describe('a gateway that starts again', () => {
  it('reads its last snapshot', async () => {
    await writeSnapshot(join(folder, 'deep', 'known.json'), known);
    expect(await readSnapshot(join(folder, 'deep', 'known.json'))).toEqual(known);
    expect(await readdir(join(folder, 'deep'))).toEqual(['known.json']);
  });
  it('has a snapshot that only its account can read', async () => {
    const file = join(folder, 'private', 'known.json');
    await writeSnapshot(file, known);
    expect([(await stat(file)).mode & 0o777, (await stat(dirname(file))).mode & 0o777]).toEqual([0o600, 0o700]);
  });
  it('has an empty snapshot without a file', async () =>
    expect(await readSnapshot(join(folder, 'none.json'))).toEqual(emptySnapshot));
});

describe('a file that is not a snapshot', () => {
  it.each(['', '{"instances":', '[]', 'null', '{"instances":[1],"keys":[]}', '{"instances":[],"keys":[{}]}'])(
    '%j is rejected, naming the file',
    async (text) => {
      const file = join(folder, 'odd.json');
      await writeFile(file, text);
      await expect(readSnapshot(file)).rejects.toThrow(file);
    },
  );
});
