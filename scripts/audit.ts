/** `npm run audit`: what is known against the packages of an installation, and what each of them is. */
import { Command, Option } from 'commander';
import { askRegistry, SEVERITIES, type Advisories, type Severity } from './audit/advisories.ts';
import { lockedPackages } from './audit/locked-packages.ts';
import { licences, supplyChainFaults } from './audit/supply-chain.ts';
import { PROJECT_ROOT } from '../lib/http/project-files.ts';

const FAULTY = 1;
const UNKNOWN = 2;

const { level, offline } = new Command('audit')
  .description(
    'Looks at the packages that an installation without development tools has: advisories of the registry, pinning by\n' +
      'checksum, programs that run at installation, and licences.\n' +
      `Exit status ${FAULTY}: something is wrong. ${UNKNOWN}: nothing is known to be wrong, but the registry could not be asked.`,
  )
  .addOption(
    new Option('--level <severity>', 'least severity of an advisory that fails').choices(SEVERITIES).default('high'),
  )
  .option('--offline', 'do not ask for advisories, and do not mind')
  .parse()
  .opts<{ level: Severity; offline?: true }>();

const packages = lockedPackages(PROJECT_ROOT);
const faults = supplyChainFaults(packages);
console.log(`Packages: ${packages.length}`);
for (const [licence, count] of licences(packages)) console.log(`  ${String(count).padStart(4)}  ${licence}`);
for (const fault of faults) console.log(`FAULT  ${fault}`);
const known: Advisories = offline === true ? { state: 'known', advisories: [] } : await askRegistry(PROJECT_ROOT);
process.exitCode = verdict(known);

function verdict(answer: Advisories): number {
  if (offline === true) console.log('Advisories: not asked for');
  else if (answer.state === 'unknown') console.log(`Advisories: UNKNOWN, ${answer.reason}`);
  else console.log(`Advisories: ${answer.advisories.length}`);
  const advisories = answer.state === 'known' ? answer.advisories : [];
  for (const { name, severity, title } of advisories) console.log(`  ${severity.padEnd(8)}  ${name}: ${title}`);
  const grave = advisories.filter(({ severity }) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(level));
  if (faults.length > 0 || grave.length > 0) return FAULTY;
  return answer.state === 'unknown' ? UNKNOWN : 0;
}
