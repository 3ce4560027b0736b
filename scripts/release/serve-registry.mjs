import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * Serves packed packages as a registry of npm does, so that they install as if they were published. It knows
 * no others: a project uses it for their scope only (`@mmrec:registry=…` in `.npmrc`).
 *
 * @param {Iterable<{ manifest: Record<string, any>, bytes: Buffer }>} packed
 * @returns {Promise<{ url: string, close(): Promise<void> }>} Listens on loopback.
 */
export async function serveRegistry(packed) {
  const byName = new Map([...packed].map((one) => [one.manifest.name, one]));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, url).pathname).slice(1);
    const [name, tarball] = path.split('/-/');
    const found = byName.get(name);
    // Nothing is kept in npm's cache: the next check has other contents under the same version.
    response.setHeader('cache-control', 'no-store');
    if (!found) response.writeHead(404).end('{}');
    else if (tarball) response.end(found.bytes);
    else response.setHeader('content-type', 'application/json').end(packument(found, url));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/`;
  return {
    url,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What a registry says of a package with one version. */
function packument({ manifest, bytes }, url) {
  const { name, version } = manifest;
  const hash = (algorithm) => createHash(algorithm).update(bytes);
  const dist = {
    tarball: `${url}${name}/-/${name.split('/').at(-1)}-${version}.tgz`,
    integrity: `sha512-${hash('sha512').digest('base64')}`,
    shasum: hash('sha1').digest('hex'),
  };
  return JSON.stringify({
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist } },
  });
}
