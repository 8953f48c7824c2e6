/**
 * The pages for people (`/console`, `/play`) and what they are made of, as `npm run pages` built them. The folder is
 * looked at with every request for a page: what is built while the gateway runs is there.
 */
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { LibraryError } from '../errors.ts';
import { representationOf, sendRepresentation, type Representation } from './representation.ts';

export type PageName = 'console' | 'play';

export interface PagesOptions {
  /** Where they are built. */
  readonly folder: string;
  /** Origins beside the gateway's own that pages may send to: an object store that saves go straight to. */
  readonly reachable: readonly string[];
}

export interface Pages {
  /** Answers with a page; 503, with how to build it, while it is not there. */
  page(name: PageName, req: IncomingMessage, res: ServerResponse): Promise<void>;
  /**
   * Answers with a file of the pages.
   *
   * @throws LibraryError NOT_FOUND
   */
  asset(name: string, req: IncomingMessage, res: ServerResponse): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The names of files change with what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable';
/** No path leads out of the folder. */
const FILE_NAME = /^\w[\w-]*\.(?:js|css|svg)$/;

const NOT_BUILT = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Library Service: not built</title>
  </head>
  <body>
    <h1>This page is not built yet</h1>
    <p>Run <code>node scripts/prepare.js</code> where the service is installed, and load this page again.</p>
    <p lang="ru">Страница ещё не собрана. Выполните <code>node scripts/prepare.js</code> там, где установлен сервис, и обновите её.</p>
  </body>
</html>
`;

interface Loaded {
  readonly modifiedAt: number;
  readonly representation: Promise<Representation>;
}

export function pagesIn({ folder, reachable }: PagesOptions): Pages {
  // Everything is the gateway's own: no inline script or style, no frame, no form that is sent anywhere.
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
    `connect-src ${["'self'", ...reachable].join(' ')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  const loaded = new Map<string, Loaded>();
  let notBuilt: Promise<Representation> | null = null;

  /** Compressed once for each time that it is built. Null: there is no such file. */
  async function load(file: string): Promise<Representation | null> {
    const modifiedAt = await modificationOf(file);
    if (modifiedAt === null) return null;
    const known = loaded.get(file);
    if (known?.modifiedAt === modifiedAt) return known.representation;
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const representation = readFile(file).then((bytes) => representationOf(type, bytes));
    loaded.set(file, { modifiedAt, representation });
    // A file that could not be read may be there the next time.
    representation.catch(() => loaded.delete(file));
    return representation;
  }

  return {
    async page(name, req, res) {
      const built = await load(join(folder, `${name}.html`));
      if (built !== null) return sendRepresentation(req, res, built, { policy, cache: 'no-cache' });
      notBuilt ??= representationOf('text/html; charset=utf-8', Buffer.from(NOT_BUILT));
      sendRepresentation(req, res, await notBuilt, { policy, cache: 'no-store', status: 503 });
    },
    async asset(name, req, res) {
      const built = FILE_NAME.test(name) ? await load(join(folder, 'assets', name)) : null;
      if (built === null) throw new LibraryError('NOT_FOUND', 'There is nothing at this path');
      sendRepresentation(req, res, built, { policy, cache: FOR_EVER });
    },
  };
}

async function modificationOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
