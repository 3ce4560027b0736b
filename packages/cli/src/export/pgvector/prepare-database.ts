import type { Client } from 'pg';
import { commentStart } from './table-names.js';

/**
 * Makes sure that a database has pgvector, and that tables may be replaced.
 *
 * @param names - The tables, in the first schema of the search path.
 * @returns Statements that grant what is granted on the tables now.
 * @throws {Error} If pgvector is missing and can't be made available, or a table was made by somebody else.
 */
export async function prepareDatabase(
  client: Client,
  names: readonly string[],
): Promise<{ readonly privileges: readonly string[] }> {
  await ensureExtension(client);
  await checkReplaceable(client, names);
  const { rows } = await client.query<{ grant: string }>(grantsOn, [names]);
  return { privileges: rows.map(({ grant }) => grant) };
}

async function ensureExtension(client: Client): Promise<void> {
  const { rows } = await client.query<{ installed: string | null }>(
    "SELECT installed_version AS installed FROM pg_available_extensions WHERE name = 'vector'",
  );
  if (rows.length === 0) {
    throw new Error(
      "the server has no pgvector. Install it there: Debian's and PostgreSQL's packages call it postgresql-<version>-pgvector, the container image pgvector/pgvector has it; other ways are on https://github.com/pgvector/pgvector.",
    );
  }
  if (rows[0]!.installed !== null) return;
  await client.query('CREATE EXTENSION vector').catch((cause: unknown) => {
    throw new Error(
      `pgvector is installed on the server but not enabled in this database: ${(cause as Error).message}. Have an administrator run there: CREATE EXTENSION vector;`,
      { cause },
    );
  });
}

async function checkReplaceable(client: Client, names: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relname = ANY ($1) AND relnamespace = current_schema()::regnamespace
       AND (relkind <> 'r' OR obj_description(oid, 'pg_class') IS NULL
            OR NOT starts_with(obj_description(oid, 'pg_class'), $2))`,
    [names, commentStart],
  );
  const [foreign] = rows;
  if (!foreign) return;
  throw new Error(
    `the table ${foreign.name} is there and was not made by mmrec export. Choose other names with --table.`,
  );
}

/** What others than the owner may do with tables, as statements. */
const grantsOn = `
  SELECT format('GRANT %s ON %I TO %s', privilege_type, relname,
                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(rolname) END) AS grant
  FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) LEFT JOIN pg_roles ON pg_roles.oid = grantee
  WHERE relname = ANY ($1) AND relnamespace = current_schema()::regnamespace AND grantee <> relowner`;
