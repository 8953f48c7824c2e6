import { readFileSync, writeFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Command } from 'commander';
import { openApiYaml } from '../lib/contract/openapi-file.ts';
import { openApiDocument } from '../lib/contract/openapi.ts';
import { OPENAPI_FILE } from '../lib/http/project-files.ts';

const program = new Command('contract').description('The OpenAPI document is generated from lib/contract/.');

program
  .command('write')
  .description('Write api/openapi/v1/library.yaml')
  .action(async () => {
    await validate();
    writeFileSync(OPENAPI_FILE, openApiYaml());
    console.log(`wrote ${OPENAPI_FILE}`);
  });

program
  .command('check')
  .description('Fail when the file differs from the contract, or is not OpenAPI 3.1')
  .action(async () => {
    await validate();
    if (readFileSync(OPENAPI_FILE, 'utf8') === openApiYaml()) return console.log('the OpenAPI document is up to date');
    console.error('api/openapi/v1/library.yaml is not what lib/contract/ says: run `npm run contract:write`');
    process.exitCode = 1;
  });

async function validate(): Promise<void> {
  const result = await new Validator().validate(openApiDocument());
  if (!result.valid) throw new Error(`not a valid OpenAPI document: ${JSON.stringify(result.errors)}`);
}

await program.parseAsync();
