import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Command } from 'commander';
import { format, resolveConfig } from 'prettier';
import { eventSchemaFiles } from '../lib/contract/events/json-schema.ts';
import { openApiYaml } from '../lib/contract/openapi-file.ts';
import { openApiDocument } from '../lib/contract/openapi.ts';
import { EVENT_SCHEMAS, OPENAPI_FILE } from '../lib/http/project-files.ts';

const program = new Command('contract').description(
  'The OpenAPI document and the JSON Schemas of the events are generated from lib/contract/.',
);

/** Every generated file and its text. */
async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([[OPENAPI_FILE, openApiYaml()]]);
  for (const { path: name, schema } of eventSchemaFiles()) {
    const file = path.join(EVENT_SCHEMAS, name);
    files.set(file, await format(JSON.stringify(schema), { ...(await resolveConfig(file)), parser: 'json' }));
  }
  return files;
}

function textOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

/** Schemas in the folder that no event has any more. */
function leftOver(files: ReadonlyMap<string, string>): string[] {
  if (!existsSync(EVENT_SCHEMAS)) return [];
  return readdirSync(EVENT_SCHEMAS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.join(EVENT_SCHEMAS, name))
    .filter((file) => !files.has(file));
}

program
  .command('write')
  .description('Write api/openapi/v1/library.yaml and api/events/')
  .action(async () => {
    await validate();
    const files = await generated();
    for (const file of leftOver(files)) rmSync(file);
    for (const [file, text] of files) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    console.log(`wrote ${files.size} files`);
  });

program
  .command('check')
  .description('Fail when a file differs from the contract, or the document is not OpenAPI 3.1')
  .action(async () => {
    await validate();
    const files = await generated();
    const stale = [
      ...[...files].filter(([file, text]) => textOf(file) !== text).map(([file]) => file),
      ...leftOver(files),
    ];
    if (stale.length === 0) return console.log('the OpenAPI document and the schemas of the events are up to date');
    for (const file of stale) console.error(`${path.relative('.', file)} is not what lib/contract/ says`);
    console.error('run `npm run contract:write`');
    process.exitCode = 1;
  });

async function validate(): Promise<void> {
  const result = await new Validator().validate(openApiDocument());
  if (!result.valid) throw new Error(`not a valid OpenAPI document: ${JSON.stringify(result.errors)}`);
}

await program.parseAsync();
