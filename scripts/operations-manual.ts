/** `npm run operations:write`: puts the reference of the operators' commands into `docs/operations.md`, behind its last heading. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withReference } from './repl/reference.ts';

const FILE = path.resolve(import.meta.dirname, '../docs/operations.md');

writeFileSync(FILE, withReference(readFileSync(FILE, 'utf8')));
