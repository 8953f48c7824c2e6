/** The pages for people (`/console`, `/play`) and what they are made of, as `npm run pages` built them. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { representationOf, sendRepresentation, type Representation } from './representation.ts';

export type PageName = 'console' | 'play';

export interface PagesOptions {
  /** Where they were built; a folder that is not there holds no pages. */
  readonly folder: string;
  readonly pages: readonly PageName[];
  /** Origins beside the gateway's own that pages may send to: an object store that saves go straight to. */
  readonly reachable: readonly string[];
}

export interface Pages {
  /** The paths that there is something at. */
  readonly paths: readonly string[];
  /** Answers one of `paths`; read and compressed once, when first asked for. */
  serve(path: string, req: IncomingMessage, res: ServerResponse): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The names of files change with what is in them. */
const FOR_EVER = 'public, max-age=31536000, immutable';

export function pagesIn({ folder, pages, reachable }: PagesOptions): Pages {
  // Everything is the gateway's own: no inline script or style, no frame, no form that is sent anywhere.
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
    `connect-src ${["'self'", ...reachable].join(' ')}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  const files = new Map<string, string>();
  const built = filesIn(folder);
  for (const page of pages) if (built.includes(`${page}.html`)) files.set(`/${page}`, join(folder, `${page}.html`));
  if (files.size > 0) {
    for (const name of filesIn(join(folder, 'assets'))) files.set(`/pages/${name}`, join(folder, 'assets', name));
  }
  const loaded = new Map<string, Promise<Representation>>();

  function load(path: string, file: string): Promise<Representation> {
    const known = loaded.get(path);
    if (known !== undefined) return known;
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const loading = readFile(file).then((bytes) => representationOf(type, bytes));
    loaded.set(path, loading);
    // A file that could not be read may be there the next time.
    loading.catch(() => loaded.delete(path));
    return loading;
  }

  return {
    paths: [...files.keys()],
    async serve(path, req, res) {
      const file = files.get(path);
      if (file === undefined) throw new TypeError(`no page ${path}`);
      const cache = path.startsWith('/pages/') ? FOR_EVER : 'no-cache';
      sendRepresentation(req, res, await load(path, file), { policy, cache });
    },
  };
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
