import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { OPENAPI_FILE, PROJECT_ROOT } from './project-files.ts';
import { representationOf, sendRepresentation, type Representation } from './representation.ts';

/** Where the OpenAPI document is served. */
export const OPENAPI_PATH = '/api/openapi/v1/library.yaml';

/** Swagger UI sets styles on elements and draws its icons from data URLs; nothing comes from, or goes to, elsewhere. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Library Service API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** `validatorUrl: null`: the page must not report the document to the public validator. */
const START = `window.ui = SwaggerUIBundle({
  url: '${OPENAPI_PATH}',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

type Source = { readonly text: string } | { readonly file: string };

const swaggerFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const DOCUMENTS: Readonly<Record<string, { readonly type: string; readonly source: Source }>> = {
  '/docs': { type: 'text/html; charset=utf-8', source: { text: PAGE } },
  '/docs/start.js': { type: 'text/javascript; charset=utf-8', source: { text: START } },
  '/docs/swagger-ui.css': { type: 'text/css; charset=utf-8', source: { file: join(swaggerFolder, 'swagger-ui.css') } },
  '/docs/swagger-ui-bundle.js': {
    type: 'text/javascript; charset=utf-8',
    source: { file: join(swaggerFolder, 'swagger-ui-bundle.js') },
  },
  '/docs/favicon-32x32.png': { type: 'image/png', source: { file: join(swaggerFolder, 'favicon-32x32.png') } },
  // Problem documents point here (`type`).
  '/docs/errors': { type: 'text/plain; charset=utf-8', source: { file: join(PROJECT_ROOT, 'docs/errors.md') } },
  // The API's document points here.
  '/docs/websocket': { type: 'text/plain; charset=utf-8', source: { file: join(PROJECT_ROOT, 'docs/websocket.md') } },
  [OPENAPI_PATH]: { type: 'application/yaml; charset=utf-8', source: { file: OPENAPI_FILE } },
};

/** The paths of the human documentation and of the OpenAPI document. */
export const DOCUMENT_PATHS: readonly string[] = Object.keys(DOCUMENTS);

const loaded = new Map<string, Promise<Representation>>();

/** Answers one of {@link DOCUMENT_PATHS}; read and compressed once, when first asked for. */
export async function serveDocument(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const document = DOCUMENTS[path];
  if (document === undefined) throw new TypeError(`no document ${path}`);
  const representation = await load(path, document.type, document.source);
  sendRepresentation(req, res, representation, { policy: PAGE_POLICY, cache: 'no-cache' });
}

function load(path: string, type: string, source: Source): Promise<Representation> {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const loading = read(source).then((bytes) => representationOf(type, bytes));
  loaded.set(path, loading);
  // A file that could not be read may be there the next time.
  loading.catch(() => loaded.delete(path));
  return loading;
}

async function read(source: Source): Promise<Buffer> {
  return 'text' in source ? Buffer.from(source.text) : readFile(source.file);
}
