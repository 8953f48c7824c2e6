/**
 * The text of one member of a JSON object, cut out as it stands: parsing and writing it again would change numbers that
 * JavaScript cannot hold, drop repeated names and reorder numeric ones. Of a name given twice it is the last, the one
 * that `JSON.parse` keeps.
 *
 * @param json an object that `JSON.parse` accepts
 * @returns undefined when the object has no such member
 */
export function memberText(json: string, name: string): string | undefined {
  let found: string | undefined;
  let at = skip(json, 0, SPACE) + 1;
  while ((at = skip(json, at, SPACE_OR_COMMA)) < json.length && json[at] !== '}') {
    const nameEnd = stringEnd(json, at);
    const isIt = JSON.parse(json.slice(at, nameEnd)) === name;
    const start = skip(json, skip(json, nameEnd, SPACE) + 1, SPACE);
    at = valueEnd(json, start);
    if (isIt) found = json.slice(start, at);
  }
  return found;
}

const SPACE = ' \t\n\r';
const SPACE_OR_COMMA = `${SPACE},`;
const AFTER_SCALAR = `${SPACE_OR_COMMA}]}`;

function skip(json: string, from: number, letters: string): number {
  let at = from;
  while (at < json.length && letters.includes(json.charAt(at))) at += 1;
  return at;
}

/** Where the string that begins at `from` ends, after its closing quote. */
function stringEnd(json: string, from: number): number {
  let at = from + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function valueEnd(json: string, from: number): number {
  if (json[from] === '"') return stringEnd(json, from);
  if (json[from] !== '{' && json[from] !== '[') {
    let at = from;
    while (at < json.length && !AFTER_SCALAR.includes(json.charAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  for (let at = from; ;) {
    const letter = json[at];
    if (letter === '"') {
      at = stringEnd(json, at);
      continue;
    }
    if (letter === '{' || letter === '[') depth += 1;
    if (letter === '}' || letter === ']') depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
}
