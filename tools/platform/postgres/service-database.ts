import pg from 'pg';

/** A database with two roles. */
export interface ServiceDatabase {
  /** As the service: reads and writes rows, and no more than `connectionLimit` connections. */
  readonly url: string;
  /** As the owner of the tables: for migrations and operations. */
  readonly ownerUrl: string;
}

export interface RolePasswords {
  readonly service: string;
  readonly owner: string;
}

/** Six instances with a pool of five, a relay and a listener each; a service that leaks connections takes none of another one. */
export const connectionLimit = 45;

const ownerOf = (name: string): string => `${name}_owner`;

/**
 * Creates a database, its owner, and a role of the same name for the service. Both can connect to this database and to no other service's. The role of the
 * service gets the rights on rows of every table that the owner creates, and none on the tables themselves; where rows only grow, the migrations take
 * more away (`narrowRights`). Idempotent; sets changed passwords.
 */
export async function createServiceDatabase(
  adminUrl: string,
  name: string,
  passwords: RolePasswords,
): Promise<ServiceDatabase> {
  const [role, owner] = [name, ownerOf(name)].map((each) => pg.escapeIdentifier(each)) as [string, string];
  await withClient(adminUrl, async (admin) => {
    await createRole(admin, ownerOf(name), passwords.owner);
    await createRole(admin, name, passwords.service, connectionLimit);
    const existing = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!existing.rowCount) {
      // Without superuser, an administrator can create a database only for a role that it is a member of.
      await admin.query(`GRANT ${owner} TO CURRENT_USER`);
      await admin.query(`CREATE DATABASE ${role} OWNER ${owner} TEMPLATE template0 ENCODING 'UTF8'`);
    }
    await revokePublicAccess(admin, name);
  });
  const database = {
    url: urlOf(adminUrl, name, name, passwords.service),
    ownerUrl: urlOf(adminUrl, name, ownerOf(name), passwords.owner),
  };
  await withClient(database.ownerUrl, (client) => client.query(rightsOf(name)));
  return database;
}

/** What the owner of a new database grants the role of the service. */
const rightsOf = (name: string): string => {
  const role = pg.escapeIdentifier(name);
  return `GRANT CONNECT ON DATABASE ${role} TO ${role};
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ${role};
ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${role};
ALTER DEFAULT PRIVILEGES GRANT SELECT, USAGE ON SEQUENCES TO ${role}`;
};

async function createRole(admin: pg.Client, name: string, password: string, connections = -1): Promise<void> {
  const existing = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  await admin.query(
    `${existing.rowCount ? 'ALTER' : 'CREATE'} ROLE ${pg.escapeIdentifier(name)} LOGIN CONNECTION LIMIT ${connections} PASSWORD ${pg.escapeLiteral(password)}`,
  );
}

function urlOf(adminUrl: string, database: string, role: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password);
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.href;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** By default every role can connect to a database; after this, only its owner can. */
export async function revokePublicAccess(admin: pg.Client, database: string): Promise<void> {
  await admin.query(`REVOKE CONNECT, TEMPORARY ON DATABASE ${pg.escapeIdentifier(database)} FROM PUBLIC`);
}
