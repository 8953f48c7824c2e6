import { describe, it } from '@jest/globals';
import { toolPath } from '../scripts/tools/tool.ts';
import { wantsTools } from './server-variables.ts';

/**
 * A suite that calls programs of `scripts/tools/`. Where one is missing, the suite is skipped and says so in its title;
 * under REQUIRE_SERVERS=1 it fails. The body may use the paths in hooks and tests only: they are empty when it is skipped.
 */
export function describeWithTools<Name extends string>(
  names: readonly Name[],
  title: string,
  body: (paths: Readonly<Record<Name, string>>) => void,
): void {
  const found = names.map((name): [Name, string] => [name, toolPath(name) ?? '']);
  const paths = Object.fromEntries(found) as Record<Name, string>;
  const missing = found.filter(([, path]) => path === '').map(([name]) => name);
  if (missing.length === 0) describe(title, () => body(paths));
  else if (process.env['REQUIRE_SERVERS'] === '1') {
    it(`${title}: has its tools`, () => {
      throw new Error(`REQUIRE_SERVERS=1, but there is no ${missing.join(', no ')}: run scripts/install-tools`);
    });
  } else describe.skip(`${title} ${wantsTools(missing)}`, () => body(paths));
}
