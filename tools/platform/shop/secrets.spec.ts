import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SigningRootSigner } from '@tradewind/service';
import { databaseServices } from '../../services.js';
import { openSecrets } from './secrets.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  file = join(folder, 'secrets.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the secrets of a state folder', () => {
  it('are created once, readable by their owner only', () => {
    const secrets = openSecrets(file);
    expect(openSecrets(file)).toEqual(secrets);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('have a password for each database, all different', () => {
    const { databasePasswords, postgresPassword } = openSecrets(file);
    expect(Object.keys(databasePasswords)).toEqual([...databaseServices]);
    expect(new Set([...Object.values(databasePasswords), postgresPassword]).size).toBe(databaseServices.length + 1);
  });

  it('have a data key of 32 bytes', () =>
    expect(Buffer.from(openSecrets(file).dataKeySecret, 'base64')).toHaveLength(32));

  it('have a root key of its own that the user service can sign with', () => {
    const { publicKey, privateKey } = openSecrets(file).signingRoot;
    expect(() => new SigningRootSigner(publicKey, privateKey)).not.toThrow();
  });

  it('that cannot be read are an error with a remedy', () => {
    writeFileSync(file, '{');
    expect(() => openSecrets(file)).toThrow(/secrets\.json can't be read .*npm run reset/);
  });
});
