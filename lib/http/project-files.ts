import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The OpenAPI document, generated from `lib/contract/`. */
export const OPENAPI_FILE = join(PROJECT_ROOT, 'api/openapi/v1/library.yaml');

/** The JSON Schemas of the events, generated from `lib/contract/events/`. */
export const EVENT_SCHEMAS = join(PROJECT_ROOT, 'api/events');

/** The pages for people, built by `npm run pages`. */
export const PAGES_FOLDER = join(PROJECT_ROOT, 'web/dist');

/** There when they have been built. */
export const CONSOLE_PAGE = join(PAGES_FOLDER, 'console.html');
