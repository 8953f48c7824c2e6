/**
 * Which statements of a migration the release before could not live with: it goes on working on the migrated schema, for
 * hours perhaps, and comes back when an upgrade is taken back (`docs/upgrades.md`). Judged from the parse tree of
 * PostgreSQL's own parser.
 */
import { parse, type AlterTableCmd, type Constraint, type Node } from 'libpg-query';

/** What the migration itself creates is nobody's yet. */
interface Created {
  readonly tables: ReadonlySet<string>;
}

/** Says of each statement that an older release, or a request that is under way, would not survive, what it does. */
export async function expansionBreaches(statements: readonly string[]): Promise<readonly string[]> {
  const nodes = (await Promise.all(statements.map(parsed))).flat();
  const created = { tables: new Set(nodes.flatMap(createdTable)) };
  return nodes.flatMap((node) => breachesOf(node, created));
}

async function parsed(statement: string): Promise<readonly Node[]> {
  const { stmts = [] } = (await parse(statement)) as { readonly stmts?: readonly { readonly stmt?: Node }[] };
  return stmts.flatMap(({ stmt }) => stmt ?? []);
}

function createdTable(node: Node): readonly string[] {
  return 'CreateStmt' in node ? [node.CreateStmt.relation?.relname ?? ''] : [];
}

function breachesOf(node: Node, { tables }: Created): readonly string[] {
  if ('DropStmt' in node) return dropped(node.DropStmt.removeType);
  if ('RenameStmt' in node) return ['renames what the release before knows by its name'];
  if ('IndexStmt' in node) {
    const { relation, if_not_exists: builtBefore, unique } = node.IndexStmt;
    const table = relation?.relname ?? '';
    if (tables.has(table)) return [];
    return [
      ...(unique === true ? [`makes columns of ${table} unique, which the release before may not keep`] : []),
      ...(builtBefore === true
        ? []
        : [`builds an index of ${table} that nobody can build CONCURRENTLY before (IF NOT EXISTS)`]),
    ];
  }
  if (!('AlterTableStmt' in node)) return [];
  const { relation, cmds = [] } = node.AlterTableStmt;
  const table = relation?.relname ?? '';
  if (tables.has(table)) return [];
  return cmds.flatMap((cmd) => ('AlterTableCmd' in cmd ? alters(table, cmd.AlterTableCmd) : []));
}

const GONE: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'drops a table',
  OBJECT_VIEW: 'drops a view',
  OBJECT_TYPE: 'drops a type',
  OBJECT_FUNCTION: 'drops a function',
  OBJECT_INDEX: 'drops an index, which an ON CONFLICT or a query of the release before may need',
};

function dropped(what: string | undefined): readonly string[] {
  return [GONE[what ?? ''] ?? `drops (${what ?? 'unknown'})`];
}

function alters(table: string, { subtype, name = '', def }: AlterTableCmd): readonly string[] {
  switch (subtype) {
    case 'AT_AddColumn':
      return def && 'ColumnDef' in def ? addsColumn(table, def.ColumnDef.colname ?? '', def.ColumnDef.constraints) : [];
    case 'AT_DropColumn':
      return [`drops ${table}.${name}`];
    case 'AT_SetNotNull':
      return [`lets ${table}.${name} be null no longer`];
    case 'AT_AlterColumnType':
      return [`changes the type of ${table}.${name}, and writes the table anew`];
    case 'AT_AddConstraint':
      return def && 'Constraint' in def && def.Constraint.skip_validation !== true
        ? [`constrains ${table}, and reads all of it under a lock (NOT VALID first)`]
        : [];
    case 'AT_DropConstraint':
      return [`drops the constraint ${name} of ${table}, which an ON CONFLICT of the release before may need`];
    default:
      return [];
  }
}

function addsColumn(table: string, column: string, constraints: readonly Node[] = []): readonly string[] {
  const all = constraints.flatMap((node): Constraint[] => ('Constraint' in node ? [node.Constraint] : []));
  const has = (type: string): boolean => all.some(({ contype }) => contype === type);
  const standing = all.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr;
  return [
    ...(has('CONSTR_NOTNULL') && !has('CONSTR_DEFAULT')
      ? [`adds ${table}.${column} NOT NULL without a default: the release before writes rows without it`]
      : []),
    ...(standing !== undefined && 'FuncCall' in standing
      ? [`adds ${table}.${column} with a computed default, and writes the table anew`]
      : []),
    ...(has('CONSTR_UNIQUE') || has('CONSTR_PRIMARY') ? [`adds ${table}.${column} unique`] : []),
  ];
}
