import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { runProgram } from '@tradewind/operations/cli';
import { passwordOf, perKafkaUser, writeLogins } from '../kafka-users.js';
import { writeCertificates } from '../platform/shop/kafka-access.js';
import { openSecrets } from '../platform/shop/secrets.js';
import { secretFiles } from './secret-files.js';

const folderOfLogins = 'logins';

/** Writes the secrets of docker-compose.yml as files. Those that exist stay as they are: databases and data were made with them. */
function write(folder: string, { logins }: { readonly logins?: true }): void {
  mkdirSync(folder, { recursive: true });
  // Containers run as other accounts, so that each file is readable. The folder keeps other accounts of this machine away.
  chmodSync(folder, 0o700);
  const secrets = openSecrets(join(folder, 'secrets.json'));
  const written = Object.entries(secretFiles(secrets)).filter(([name, value]) => {
    const file = join(folder, name);
    if (existsSync(file)) return false;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${value}\n`);
    return true;
  });
  const path = join(folder, folderOfLogins);
  if (logins && !existsSync(join(path, 'certificates'))) {
    writeLogins(
      path,
      perKafkaUser((user) => passwordOf(path, user) ?? secrets.kafkaPasswords[user]),
    );
    writeCertificates(path, ['kafka', 'postgres']);
  }
  makeReadable(folder);
  console.log(`${folder}: ${written.length} secrets created${logins ? '; logins at Kafka in logins' : ''}.`);
}

function makeReadable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

await runProgram(
  new Command('write-secrets')
    .description('Creates the secrets of docker-compose.yml, each in a file; what exists stays.')
    .argument('<folder>', 'where to write them; only your account will be able to enter it')
    .option(
      '--logins',
      'also the certificates of Kafka and PostgreSQL and a login for each service (deploy/compose.secure.yml); needs openssl',
    )
    .action(write),
);
