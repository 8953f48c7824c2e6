import { stringify } from 'yaml';
import { openApiDocument } from './openapi.ts';

/** The text of `api/openapi/v1/library.yaml`. */
export function openApiYaml(): string {
  const header = '# Written by `npm run contract:write` from lib/contract/. Do not edit.\n';
  return header + stringify(openApiDocument(), { lineWidth: 120, aliasDuplicateObjects: false });
}
