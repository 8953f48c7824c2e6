import { say } from '../words.ts';

interface ChosenHeadProps<Name extends string> {
  readonly id: string;
  readonly title: string;
  /** What is chosen between. */
  readonly label: string;
  readonly names: readonly Name[];
  readonly name: Name;
  readonly wordsOf: (name: Name) => string;
  readonly onChoose: (name: Name) => void;
  readonly onRefresh: () => void;
}

/** The head of a list of which one part is shown at a time. */
export function ChosenHead<Name extends string>({ id, title, label, names, name, ...told }: ChosenHeadProps<Name>) {
  return (
    <div class="row spread">
      <h2 id={id}>{title}</h2>
      <div class="row">
        <select
          aria-label={label}
          value={name}
          onChange={({ currentTarget }) => told.onChoose(currentTarget.value as Name)}
        >
          {names.map((other) => (
            <option key={other} value={other}>
              {told.wordsOf(other)}
            </option>
          ))}
        </select>
        <button type="button" onClick={told.onRefresh}>
          {say('refresh')}
        </button>
      </div>
    </div>
  );
}
