import { newSecrets, type Secrets } from '../platform/shop/secrets.js';
import { databaseServices, describeService } from '../services.js';

/** The files of secrets that docker-compose.yml names, below the folder of secrets, and their contents. */
export const secretFiles = (secrets: Secrets): Readonly<Record<string, string>> => ({
  'postgres-password': secrets.postgresPassword,
  'data-key-secret': secrets.dataKeySecret,
  'signing-root-public-key': secrets.signingRoot.publicKey,
  'signing-root-private-key': secrets.signingRoot.privateKey,
  'provider-api-key': secrets.providerApiKey,
  'provider-webhook-secret': secrets.providerWebhookSecret,
  'admin-password': secrets.admin.password,
  ...Object.fromEntries(
    databaseServices.flatMap((name) => {
      const { database } = describeService(name);
      const { service, owner } = secrets.databasePasswords[name];
      return [
        [`databases/${name}`, `postgres://${database}:${service}@postgres:5432/${database}`],
        [`databases/${name}-owner`, `postgres://${database}_owner:${owner}@postgres:5432/${database}`],
      ];
    }),
  ),
});

/** The names of these files. */
export const secretNames: readonly string[] = Object.keys(secretFiles(newSecrets()));
